"""What Web Push asks for: a message only the browser can read (RFC 8291), and proof of who sends it (RFC 8292)."""

import json
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from medianest_common.security.encryption import KeyRing

_CURVE = ec.SECP256R1()
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""Of P-256 (FIPS 186-5, D.1.2.3)."""
_RECORD = 4096
_LAST_RECORD = b"\x02"
_LIFETIME = timedelta(hours=12)
_SEED_BYTES = 48
"""More than the order has, so that no key is likelier than another."""


@dataclass(frozen=True, slots=True)
class Vapid:
    """Browsers that subscribed with this key take messages signed by it and no other, so it never changes."""

    key: ec.EllipticCurvePrivateKey
    contact: str
    """Where a push service can complain: `mailto:` or `https:`."""

    @classmethod
    def of(cls, keys: KeyRing, *, contact: str) -> Self:
        seed = int.from_bytes(keys.derive("web-push", length=_SEED_BYTES))
        return cls(ec.derive_private_key(seed % (_ORDER - 1) + 1, _CURVE), contact)

    @property
    def public_key(self) -> str:
        """As `PushManager.subscribe` wants it."""
        return encode(_point(self.key))

    def authorization(self, audience: str, *, now: datetime) -> str:
        """For one request to the push service at this origin."""
        claims = {"aud": audience, "exp": int((now + _LIFETIME).timestamp()), "sub": self.contact}
        signed = ".".join(
            encode(json.dumps(part).encode()) for part in ({"typ": "JWT", "alg": "ES256"}, claims)
        )
        r, s = decode_dss_signature(self.key.sign(signed.encode(), ec.ECDSA(SHA256())))
        token = f"{signed}.{encode(r.to_bytes(32) + s.to_bytes(32))}"
        return f"vapid t={token}, k={self.public_key}"


def encrypt(
    plain: bytes,
    *,
    browser: bytes,
    auth: bytes,
    key: ec.EllipticCurvePrivateKey | None = None,
    salt: bytes | None = None,
) -> bytes:
    """`browser` is its public key, `auth` the secret it shares with us. `key` and `salt` are new for each message."""
    key, salt = key or ec.generate_private_key(_CURVE), salt or os.urandom(16)
    sender = _point(key)
    shared = key.exchange(ec.ECDH(), public_key(browser))
    keyed = _derive(shared, salt=auth, info=b"WebPush: info\x00" + browser + sender, length=32)
    content_key = _derive(keyed, salt=salt, info=b"Content-Encoding: aes128gcm\x00", length=16)
    nonce = _derive(keyed, salt=salt, info=b"Content-Encoding: nonce\x00", length=12)
    record = AESGCM(content_key).encrypt(nonce, plain + _LAST_RECORD, None)
    if len(record) > _RECORD:
        raise ValueError("more than one record")
    return salt + _RECORD.to_bytes(4) + bytes([len(sender)]) + sender + record


def public_key(point: bytes) -> ec.EllipticCurvePublicKey:
    """Raises `ValueError` for what is no point of the curve."""
    return ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, point)


def encode(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    """Also of what some browsers write with padding, or in the other alphabet."""
    text = text.rstrip("=").replace("+", "-").replace("/", "_")
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _point(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _derive(secret: bytes, *, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(algorithm=SHA256(), length=length, salt=salt, info=info).derive(secret)
