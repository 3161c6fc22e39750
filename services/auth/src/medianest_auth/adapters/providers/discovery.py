"""What an issuer says about itself (OpenID Connect Discovery 1.0), and the keys it signs with; read once an hour."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import structlog
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet, OKPKey, RSAKey

from medianest_auth.adapters.providers.calls import Calls
from medianest_auth.adapters.providers.troubles import misconfigured
from medianest_common.clock import Clock
from medianest_common.errors import MediaNestError

log = structlog.get_logger()

_FRESH_FOR = 3600.0
_TRY_AGAIN_AFTER = 60.0
_KEYS_AGAIN_AFTER = 10.0
"""Tokens with made-up key ids must not become a flood of questions."""
_LONGEST_URL = 2000
_MOST_KEYS = 50

type SigningKey = RSAKey | ECKey | OKPKey


@dataclass(frozen=True, slots=True)
class Metadata:
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None
    secret_in_form: bool
    """The token endpoint wants the client's secret in the form and not in a header."""
    promises_iss: bool
    """RFC 9207: every answer through the browser says whom it is from."""


class Discovery:
    """One question at a time, whoever waits for the answer. When the hour is over and the issuer is away, the last
    answer stays good."""

    def __init__(self, provider: str, issuer: str, calls: Calls, *, clock: Clock) -> None:
        self._provider = provider
        self._issuer = issuer
        self._calls = calls
        self._clock = clock
        self._metadata: Metadata | None = None
        self._metadata_until = 0.0
        self._keys: list[SigningKey] = []
        self._keys_at = float("-inf")
        self._asking = asyncio.Lock()

    async def metadata(self) -> Metadata:
        if self._metadata is None or self._clock.monotonic() >= self._metadata_until:
            async with self._asking:
                if self._metadata is None or self._clock.monotonic() >= self._metadata_until:
                    self._metadata = await self._read_metadata()
        return self._metadata

    async def keys(self, *, with_id: str | None) -> list[SigningKey]:
        """Those the issuer publishes; asked for again when there is none with this id."""
        metadata = await self.metadata()
        if not self._know(with_id):
            async with self._asking:
                if not self._know(with_id):
                    self._keys = await self._read_keys(metadata.jwks_uri)
                    self._keys_at = self._clock.monotonic()
        return self._keys

    def _know(self, key_id: str | None) -> bool:
        age = self._clock.monotonic() - self._keys_at
        if age < _KEYS_AGAIN_AFTER:
            return True
        return age < _FRESH_FOR and (key_id is None or any(key.kid == key_id for key in self._keys))

    async def _read_metadata(self) -> Metadata:
        url = f"{self._issuer.rstrip('/')}/.well-known/openid-configuration"
        try:
            document = await self._calls.get("discovery", url)
            found = read_metadata(document, issuer=self._issuer)
        except ValueError as error:
            raise misconfigured(self._provider, f"discovery: {error}") from None
        except MediaNestError:
            if self._metadata is None:
                raise
            log.warning("provider_metadata_kept", provider=self._provider)
            self._metadata_until = self._clock.monotonic() + _TRY_AGAIN_AFTER
            return self._metadata
        self._metadata_until = self._clock.monotonic() + _FRESH_FOR
        return found

    async def _read_keys(self, url: str) -> list[SigningKey]:
        document = await self._calls.get("keys", url)
        try:
            return read_keys(document)
        except ValueError as error:
            raise misconfigured(self._provider, f"keys: {error}") from None


def read_metadata(document: object, *, issuer: str) -> Metadata:
    """Raises ValueError that says what is wrong with it."""
    if not isinstance(document, dict):
        raise ValueError("not an object")
    if document.get("issuer") != issuer:
        raise ValueError(f"the issuer calls itself {str(document.get('issuer'))[:200]!r} and not {issuer!r}")
    methods = document.get("token_endpoint_auth_methods_supported")
    methods = methods if isinstance(methods, list) else ["client_secret_basic"]
    userinfo = document.get("userinfo_endpoint")
    return Metadata(
        authorization_endpoint=_endpoint(document, "authorization_endpoint", issuer=issuer),
        token_endpoint=_endpoint(document, "token_endpoint", issuer=issuer),
        jwks_uri=_endpoint(document, "jwks_uri", issuer=issuer),
        userinfo_endpoint=_endpoint(document, "userinfo_endpoint", issuer=issuer) if userinfo else None,
        secret_in_form="client_secret_post" in methods and "client_secret_basic" not in methods,
        promises_iss=document.get("authorization_response_iss_parameter_supported") is True,
    )


def read_keys(document: object) -> list[SigningKey]:
    """Public keys for signatures; what cannot be read is left out. Raises ValueError when there is nothing."""
    entries = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(entries, list):
        raise ValueError("not a set of keys")
    keys = [key for entry in entries[:_MOST_KEYS] if (key := _key(entry)) is not None]
    if not keys:
        raise ValueError("no key that could sign")
    return keys


def _key(entry: object) -> SigningKey | None:
    if (
        not isinstance(entry, dict)
        or entry.get("use", "sig") != "sig"
        or entry.get("kty") not in ("RSA", "EC", "OKP")
    ):
        return None
    try:
        (key,) = KeySet.import_key_set({"keys": [entry]}).keys
    except (JoseError, ValueError, TypeError, LookupError):
        return None
    return key if isinstance(key, RSAKey | ECKey | OKPKey) else None


def _endpoint(document: Mapping[str, Any], name: str, *, issuer: str) -> str:
    url = document.get(name)
    if (
        not isinstance(url, str)
        or not url.isascii()
        or not url.isprintable()
        or len(url) > _LONGEST_URL
        or " " in url
    ):
        raise ValueError(f"no {name}")
    parts = urlsplit(url)
    if parts.scheme != urlsplit(issuer).scheme or not parts.hostname or parts.username or parts.fragment:
        raise ValueError(f"the {name} must be an address like the issuer's")
    return url
