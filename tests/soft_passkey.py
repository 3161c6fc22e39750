"""A passkey made of software, which speaks as `PublicKeyCredential.toJSON()` does."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from fido2 import cbor  # type: ignore[import-untyped]
from fido2.utils import sha256  # type: ignore[import-untyped]
from soft_webauthn import SoftWebauthnDevice  # type: ignore[import-untyped]

_USER_VERIFIED = 0x04
_FLAGS = 32


class SoftPasskey:
    """Holds one key. With `verifies` it has recognised its user by a finger, a face or a number."""

    def __init__(self, origin: str, *, verifies: bool = True) -> None:
        self.device = SoftWebauthnDevice()
        self.origin = origin
        self.verifies = verifies

    def create(self, options: dict[str, Any]) -> dict[str, Any]:
        asked = {
            **options,
            "challenge": decoded(options["challenge"]),
            "user": {**options["user"], "id": decoded(options["user"]["id"])},
        }
        made = self.device.create({"publicKey": asked}, self.origin)
        attestation = cbor.decode(made["response"]["attestationObject"])
        attestation["authData"] = self._flagged(attestation["authData"])
        return self._json(
            {
                "clientDataJSON": encoded(made["response"]["clientDataJSON"]),
                "attestationObject": encoded(cbor.encode(attestation)),
                "transports": ["internal"],
            }
        )

    def get(self, options: dict[str, Any], *, with_handle: bool = True) -> dict[str, Any]:
        asked = {**options, "challenge": decoded(options["challenge"])}
        response = self.device.get({"publicKey": asked}, self.origin)["response"]
        data = self._flagged(response["authenticatorData"])
        signature = self.device.private_key.sign(
            data + sha256(response["clientDataJSON"]), ec.ECDSA(SHA256())
        )
        answer = {
            "clientDataJSON": encoded(response["clientDataJSON"]),
            "authenticatorData": encoded(data),
            "signature": encoded(signature),
        }
        if with_handle:
            answer["userHandle"] = encoded(self.device.user_handle)
        return self._json(answer)

    def _json(self, response: dict[str, Any]) -> dict[str, Any]:
        key_id = encoded(self.device.credential_id)
        return {
            "id": key_id,
            "rawId": key_id,
            "type": "public-key",
            "authenticatorAttachment": "platform",
            "clientExtensionResults": {},
            "response": response,
        }

    def _flagged(self, data: bytes) -> bytes:
        changed = bytearray(data)
        changed[_FLAGS] |= _USER_VERIFIED * self.verifies
        return bytes(changed)


def encoded(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
