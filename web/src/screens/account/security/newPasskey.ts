import { bytesOf, textOf } from "@/api/passkeys";
import type { Schemas } from "@/api/client";

/** Makes a passkey on this device; null where the person has changed their mind. */
export async function newPasskey(options: object): Promise<Schemas["Attestation"] | null> {
  try {
    const credential = await navigator.credentials.create({ publicKey: creationOptions(options) });
    return credential instanceof PublicKeyCredential ? attestationOf(credential) : null;
  } catch (error) {
    if (error instanceof DOMException && (error.name === "NotAllowedError" || error.name === "AbortError")) return null;
    throw error;
  }
}

/** What comes as JSON, with its bytes as browsers want them. */
export function creationOptions(options: object): PublicKeyCredentialCreationOptions {
  const given = options as PublicKeyCredentialCreationOptionsJSON;
  return {
    ...(given as unknown as PublicKeyCredentialCreationOptions),
    challenge: bytesOf(given.challenge),
    user: { ...given.user, id: bytesOf(given.user.id) },
    excludeCredentials: (given.excludeCredentials ?? []).map((each) => ({
      id: bytesOf(each.id),
      type: "public-key",
      ...(each.transports && { transports: each.transports as AuthenticatorTransport[] }),
    })),
  };
}

function attestationOf(credential: PublicKeyCredential): Schemas["Attestation"] {
  const response = credential.response as AuthenticatorAttestationResponse;
  return {
    id: credential.id,
    rawId: textOf(credential.rawId),
    type: credential.type,
    response: {
      clientDataJSON: textOf(response.clientDataJSON),
      attestationObject: textOf(response.attestationObject),
      transports: response.getTransports(),
    },
  };
}
