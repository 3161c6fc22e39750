import type { Schemas } from "@/api/client";

type Assertion = Schemas["Assertion"];

export function canUsePasskeys(): boolean {
  return typeof PublicKeyCredential === "function";
}

/** Whether the browser can offer passkeys in the list below a field, without being asked to. */
export async function canOfferPasskeys(): Promise<boolean> {
  if (!canUsePasskeys() || !PublicKeyCredential.isConditionalMediationAvailable) return false;
  return await PublicKeyCredential.isConditionalMediationAvailable().catch(() => false);
}

/** What a passkey answers to a question of the API; null where the person has changed their mind. */
export async function askPasskey(
  options: object,
  how: { signal?: AbortSignal; mediation?: CredentialMediationRequirement } = {},
): Promise<Assertion | null> {
  try {
    const credential = await navigator.credentials.get({ publicKey: requestOptions(options), ...how });
    return credential instanceof PublicKeyCredential ? assertionOf(credential) : null;
  } catch (error) {
    // Cancelled, timed out, or none there: browsers do not say which, so that nobody learns who has one.
    if (error instanceof DOMException && (error.name === "NotAllowedError" || error.name === "AbortError")) return null;
    throw error;
  }
}

/** What comes as JSON, with its bytes as browsers want them. */
export function requestOptions(options: object): PublicKeyCredentialRequestOptions {
  const given = options as PublicKeyCredentialRequestOptionsJSON;
  const { allowCredentials = [], challenge, rpId, timeout } = given;
  return {
    challenge: bytesOf(challenge),
    allowCredentials: allowCredentials.map((each) => ({
      id: bytesOf(each.id),
      type: "public-key",
      ...(each.transports && { transports: each.transports as AuthenticatorTransport[] }),
    })),
    userVerification: (given.userVerification ?? "preferred") as UserVerificationRequirement,
    ...(rpId !== undefined && { rpId }),
    ...(timeout !== undefined && { timeout }),
  };
}

function assertionOf(credential: PublicKeyCredential): Assertion {
  const response = credential.response as AuthenticatorAssertionResponse;
  return {
    id: credential.id,
    rawId: textOf(credential.rawId),
    type: credential.type,
    response: {
      clientDataJSON: textOf(response.clientDataJSON),
      authenticatorData: textOf(response.authenticatorData),
      signature: textOf(response.signature),
      userHandle: response.userHandle ? textOf(response.userHandle) : null,
    },
  };
}

/** From base64url. */
export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (each) => each.charCodeAt(0));
}

/** As base64url without padding. */
export function textOf(bytes: ArrayBuffer | Uint8Array<ArrayBuffer>): string {
  const plain = Array.from(new Uint8Array(bytes), (each) => String.fromCharCode(each)).join("");
  return btoa(plain).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}
