"""Access tokens: short-lived, signed with Ed25519, checked without asking anyone (RFC 9068, RFC 8725, RFC 9864)."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from joserfc import jwt
from joserfc.errors import ExpiredTokenError, JoseError
from joserfc.jwk import OKPKey

from medianest_common.clock import Clock, uuid7
from medianest_common.contracts.identity import Role
from medianest_common.errors import Unauthenticated, Unavailable
from medianest_common.security import compact

logger = structlog.get_logger()

AUDIENCE = "medianest-gateway"
LIFETIME = timedelta(minutes=10)

_ALGORITHM = "Ed25519"
_TYPE = "at+jwt"
_LONGEST = 4096
_LEEWAY = 5
_REMEMBERED = 4096
_REFRESH_EVERY = 10.0
_REFRESH_EVERY_WITHOUT = 0.5
_REFRESH_TIMEOUT = 3.0


class InvalidToken(Unauthenticated):
    """Refresh it or sign in again; do not try the same one once more."""

    title = "The access token is not valid"


class TokenExpired(InvalidToken):
    """Well made but too old: refresh and try again."""

    title = "The access token has expired"


@dataclass(frozen=True, slots=True)
class AccessClaims:
    """What a valid token says. Whether its session still lives is for the caller to check."""

    user_id: UUID
    session_id: UUID
    token_id: str
    role: Role
    name: str
    permissions_version: int
    auth_time: datetime
    methods: tuple[str, ...]
    issued_at: datetime
    expires_at: datetime


def new_signing_key() -> OKPKey:
    """A private key whose id is its thumbprint (RFC 7638)."""
    key = OKPKey.generate_key("Ed25519", private=True)
    return OKPKey.import_key(
        {**key.as_dict(private=True), "kid": key.thumbprint(), "use": "sig", "alg": _ALGORITHM}
    )


def public_keys(keys: Sequence[OKPKey]) -> dict[str, Any]:
    """The JWKS document of these keys, without their private parts."""
    return {"keys": [key.as_dict(private=False) for key in keys]}


class AccessTokenIssuer:
    def __init__(
        self,
        key: OKPKey,
        *,
        issuer: str,
        clock: Clock,
        audience: str = AUDIENCE,
        lifetime: timedelta = LIFETIME,
    ) -> None:
        self._key = key
        self._issuer = issuer
        self._audience = audience
        self._clock = clock
        self.lifetime = lifetime

    def issue(
        self,
        *,
        user_id: UUID,
        session_id: UUID,
        role: Role,
        name: str,
        permissions_version: int,
        auth_time: datetime,
        methods: Sequence[str],
    ) -> str:
        now = int(self._clock.now().timestamp())
        claims = {
            "iss": self._issuer,
            "aud": self._audience,
            "sub": str(user_id),
            "sid": str(session_id),
            "jti": str(uuid7()),
            "iat": now,
            "exp": now + int(self.lifetime.total_seconds()),
            "auth_time": int(auth_time.timestamp()),
            "amr": list(methods),
            "role": str(role),
            "pv": permissions_version,
            "name": name,
        }
        header = {"alg": _ALGORITHM, "typ": _TYPE, "kid": self._key.kid}
        return jwt.encode(header, claims, self._key, algorithms=[_ALGORITHM])


class AccessTokenVerifier:
    """Checks in a fixed order, the cheap things first. `refresh` fetches the JWKS when a token names a key not seen
    before: one fetch at a time and one in ten seconds, whatever is thrown at us. While there is no key at all, which is
    before the auth service has answered for the first time, it is two in a second: nobody gets in until then."""

    def __init__(
        self,
        *,
        issuer: str,
        clock: Clock,
        audience: str = AUDIENCE,
        refresh: Callable[[], Awaitable[Mapping[str, Any]]] | None = None,
    ) -> None:
        self._clock = clock
        self._keys: dict[str, Ed25519PublicKey] = {}
        self._refresh = refresh
        self._refreshed_at: float | None = None
        self._refreshing = asyncio.Lock()
        self._remembered: dict[bytes, AccessClaims] = {}
        self._headers: dict[str, str] = {}
        """The key ids of headers that have stood before a good signature: one for each key."""
        # The others are essential as well, and missed where they are read.
        self._registry = jwt.JWTClaimsRegistry(
            now=self._now,
            leeway=_LEEWAY,
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": audience},
        )

    def set_keys(self, jwks: Mapping[str, Any]) -> None:
        """Replaces all keys at once; what is not an Ed25519 key with an id is passed over."""
        keys: dict[str, Ed25519PublicKey] = {}
        for entry in jwks.get("keys", ()):
            if (
                entry.get("kty") == "OKP"
                and entry.get("crv") == "Ed25519"
                and compact.is_key_id(entry.get("kid"))
            ):
                public = {name: entry[name] for name in ("kty", "crv", "x", "kid")}
                key = OKPKey.import_key(public).public_key
                assert isinstance(key, Ed25519PublicKey)
                keys[entry["kid"]] = key
        self._keys = keys
        self._remembered.clear()
        self._headers.clear()

    @property
    def has_keys(self) -> bool:
        return bool(self._keys)

    async def verify(self, token: str) -> AccessClaims:
        """Raises `InvalidToken` or `TokenExpired`; `Unavailable` only while no key is known at all."""
        if len(token) > _LONGEST:
            raise InvalidToken()
        fingerprint = hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
        claims = self._remembered.get(fingerprint)
        if claims is not None:
            if claims.expires_at.timestamp() <= self._clock.now().timestamp() - _LEEWAY:
                raise TokenExpired()
            return claims
        try:
            header, payload, signature = compact.split(token)
            key_id = self._headers.get(header) or compact.read_key_id(
                header, algorithm=_ALGORITHM, kind=_TYPE
            )
            key = self._keys.get(key_id) or await self._fetch_key(key_id)
            claims = self._read_claims(token, key, payload=payload, signature=signature)
        except ValueError:
            raise InvalidToken() from None
        self._headers[header] = key_id
        if len(self._remembered) >= _REMEMBERED:
            self._remembered.pop(next(iter(self._remembered)))
        self._remembered[fingerprint] = claims
        return claims

    async def _fetch_key(self, key_id: str) -> Ed25519PublicKey:
        async with self._refreshing:
            if key_id not in self._keys and self._may_refresh():
                await self._load_keys()
        key = self._keys.get(key_id)
        if key is not None:
            return key
        if not self._keys:
            raise Unavailable("Tokens cannot be checked yet.", retry_after=1)
        raise InvalidToken()

    def _may_refresh(self) -> bool:
        now = self._clock.monotonic()
        every = _REFRESH_EVERY if self._keys else _REFRESH_EVERY_WITHOUT
        if self._refreshed_at is not None and now - self._refreshed_at < every:
            return False
        return self._refresh is not None

    async def _load_keys(self) -> None:
        assert self._refresh is not None
        try:
            async with asyncio.timeout(_REFRESH_TIMEOUT):
                self.set_keys(await self._refresh())
        except Exception as error:  # whatever it was, the keys we have stay good
            logger.warning("signing_keys_not_refreshed", reason=type(error).__name__)
        # From the end on: whoever has waited for a fetch that took too long does not wait for another.
        self._refreshed_at = self._clock.monotonic()

    def _read_claims(
        self, token: str, key: Ed25519PublicKey, *, payload: bytes, signature: bytes
    ) -> AccessClaims:
        """The header has been read: it names the one algorithm there is, and nothing that changes what it means."""
        try:
            key.verify(signature, token.rpartition(".")[0].encode())
            claims = compact.read_object(payload)
            self._registry.validate(claims)
            return AccessClaims(
                user_id=compact.uuid(claims["sub"]),
                session_id=compact.uuid(claims["sid"]),
                token_id=compact.text(claims["jti"]),
                role=Role(compact.text(claims["role"])),
                name=compact.text(claims["name"]),
                permissions_version=compact.integer(claims["pv"]),
                auth_time=datetime.fromtimestamp(compact.integer(claims["auth_time"]), UTC),
                methods=compact.texts(claims["amr"]),
                issued_at=datetime.fromtimestamp(compact.integer(claims["iat"]), UTC),
                expires_at=datetime.fromtimestamp(compact.integer(claims["exp"]), UTC),
            )
        except ExpiredTokenError:
            raise TokenExpired() from None
        except (InvalidSignature, JoseError, KeyError, ValueError, TypeError, OverflowError, OSError):
            raise InvalidToken() from None

    def _now(self) -> int:
        return int(self._clock.now().timestamp())
