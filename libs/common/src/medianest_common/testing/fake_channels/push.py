"""A push service and the browsers behind it: it checks VAPID's signature, and what it takes is decrypted as a browser
would (RFC 8030, 8188, 8291, 8292)."""

import json
import os
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from .site import Answer, Fake

_MOST_BYTES = 4096
_LONGEST_TOKEN = 24 * 3600
_URGENCIES = frozenset({"very-low", "low", "normal", "high"})


@dataclass
class Browser:
    """One subscription. `application_key`, where it was made for one, is the only one it takes messages from."""

    endpoint: str
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    auth: bytes = field(default_factory=lambda: os.urandom(16))
    application_key: str | None = None
    expired: bool = False

    @property
    def point(self) -> bytes:
        return self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    def to_json(self) -> dict[str, Any]:
        """As a browser's `PushSubscription.toJSON()`."""
        keys = {"p256dh": encode(self.point), "auth": encode(self.auth)}
        return {"endpoint": self.endpoint, "expirationTime": None, "keys": keys}

    def decrypt(self, body: bytes) -> bytes:
        """RFC 8291, section 4, from the side of the user agent; one record, as RFC 8188 has it."""
        salt, record_size, length = body[:16], int.from_bytes(body[16:20]), body[20]
        sender, record = body[21 : 21 + length], body[21 + length :]
        assert len(record) <= record_size, "more than one record"
        shared = self.key.exchange(
            ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender)
        )
        keyed = _derive(shared, salt=self.auth, info=b"WebPush: info\x00" + self.point + sender, length=32)
        key = _derive(keyed, salt=salt, info=b"Content-Encoding: aes128gcm\x00", length=16)
        nonce = _derive(keyed, salt=salt, info=b"Content-Encoding: nonce\x00", length=12)
        opened = AESGCM(key).decrypt(nonce, record, None).rstrip(b"\x00")
        assert opened[-1:] == b"\x02", "the last record ends with 2"
        return opened[:-1]


class FakePush(Fake):
    """`limited_for` answers 429 with that Retry-After."""

    def routes(self) -> list[Route]:
        self.browsers: dict[str, Browser] = {}
        self.limited_for: int | None = None
        return [Route("/push/{id}", self._take, methods=["POST"])]

    def subscribe(self, application_key: str | None = None) -> Browser:
        """A browser that takes messages signed by this key only, as all do that were given one."""
        name = secrets.token_urlsafe(16)
        self.browsers[name] = Browser(f"{self.url}/push/{name}", application_key=application_key)
        return self.browsers[name]

    async def _take(self, request: Request) -> Response:
        browser = self.browsers.get(request.path_params["id"])
        if browser is None:
            raise Answer(404, {"code": 404, "errno": 102, "message": "No such subscription"})
        if browser.expired:
            raise Answer(410, {"code": 410, "errno": 106, "message": "Request did not validate"})
        if self.limited_for is not None:
            raise Answer(429, {"code": 429, "message": "Too many"}, {"Retry-After": str(self.limited_for)})
        claims = self._checked(request.headers.get("authorization", ""), browser)
        headers = request.headers
        if not headers.get("ttl", "").isdigit():
            raise Answer(400, {"code": 400, "errno": 111, "message": "Missing TTL"})
        if headers.get("content-encoding") != "aes128gcm":
            raise Answer(400, {"code": 400, "errno": 110, "message": "Unknown encoding"})
        topic = headers.get("topic")
        if topic is not None and not (0 < len(topic) <= 32 and set(topic) <= _URL_SAFE):
            raise Answer(400, {"code": 400, "errno": 113, "message": "Invalid topic"})
        if headers.get("urgency", "normal") not in _URGENCIES:
            raise Answer(400, {"code": 400, "errno": 114, "message": "Invalid urgency"})
        body = await request.body()
        if len(body) > _MOST_BYTES:
            raise Answer(413, {"code": 413, "errno": 104, "message": "Too large"})
        taken = {
            "endpoint": browser.endpoint,
            "payload": json.loads(browser.decrypt(body)),
            "topic": topic,
            "urgency": headers.get("urgency"),
            "ttl": int(headers["ttl"]),
            "claims": claims,
            "bytes": len(body),
        }
        self.received.append(taken)
        return Response(status_code=201, headers={"Location": f"{self.url}/message/{len(self.received)}"})

    def _checked(self, authorization: str, browser: Browser) -> dict[str, Any]:
        """RFC 8292: the key, the signature, the audience and the age of the token."""
        scheme, _, rest = authorization.partition(" ")
        given = dict(part.strip().partition("=")[::2] for part in rest.split(","))
        if scheme != "vapid" or not {"t", "k"} <= given.keys():
            raise Answer(401, {"code": 401, "errno": 109, "message": "Missing VAPID"})
        if browser.application_key not in (None, given["k"]):
            raise Answer(403, {"code": 403, "errno": 109, "message": "VAPID public key mismatch"})
        header, claims, signature = given["t"].split(".")
        raw = decode(signature)
        signed = encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), decode(given["k"]))
        try:
            key.verify(signed, f"{header}.{claims}".encode(), ec.ECDSA(SHA256()))
        except InvalidSignature:
            raise Answer(401, {"code": 401, "errno": 109, "message": "Invalid signature"}) from None
        said: dict[str, Any] = json.loads(decode(claims))
        now, parts = self.clock.now().timestamp(), urlsplit(self.url)
        if said["aud"] != f"{parts.scheme}://{parts.netloc}" or not now < said["exp"] <= now + _LONGEST_TOKEN:
            raise Answer(401, {"code": 401, "errno": 109, "message": "Auth expired"})
        if not said["sub"].startswith(("mailto:", "https:")) or json.loads(decode(header))["alg"] != "ES256":
            raise Answer(401, {"code": 401, "errno": 109, "message": "Invalid claims"})
        return said


_URL_SAFE = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


def encode(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _derive(secret: bytes, *, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(algorithm=SHA256(), length=length, salt=salt, info=info).derive(secret)
