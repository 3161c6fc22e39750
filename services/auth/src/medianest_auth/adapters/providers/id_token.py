"""Whether an ID token says what it claims to (OpenID Connect Core 1.0, 3.1.3.7)."""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from joserfc import jws, jwt
from joserfc.errors import JoseError

from medianest_auth.adapters.providers.discovery import SigningKey

ALGORITHMS = {"RS256": "RSA", "PS256": "RSA", "ES256": "EC", "Ed25519": "OKP"}
"""And the kind of key each needs. Nothing symmetric: a client secret is no issuer's key."""
_LONGEST = 16_384
_LEEWAY = 60
"""Seconds by which clocks at home may differ."""
_HASHES = {"Ed25519": hashlib.sha512}


class TokenRefused(Exception):
    """Says why, for the log."""


def header_of(token: object) -> Mapping[str, Any]:
    """Of a token that looks like one and uses an algorithm that we take."""
    if not isinstance(token, str) or not token.isascii() or len(token) > _LONGEST:
        raise TokenRefused("not an ID token")
    try:
        header = jws.extract_compact(token.encode()).headers()
    except (JoseError, ValueError, TypeError):
        raise TokenRefused("not an ID token") from None
    if header.get("alg") not in ALGORITHMS:
        raise TokenRefused("an algorithm that is not allowed")
    if header.get("typ") not in (None, "JWT"):
        raise TokenRefused("another kind of token")
    return header


def read_id_token(
    token: str,
    keys: Sequence[SigningKey],
    *,
    issuer: str,
    client_id: str,
    nonce: str,
    access_token: str,
    now: datetime,
) -> Mapping[str, Any]:
    """Its claims, once signature and all that bind it to this sign-in are right. Raises `TokenRefused`."""
    header = header_of(token)
    try:
        claims = jwt.decode(token, _key_for(header, keys), algorithms=list(ALGORITHMS)).claims
    except (JoseError, ValueError, TypeError):
        raise TokenRefused("the signature is wrong") from None
    _check_parties(claims, issuer=issuer, client_id=client_id)
    _check_times(claims, now=now.timestamp())
    if not _same(claims.get("nonce"), nonce):
        raise TokenRefused("it answers another question (nonce)")
    if "at_hash" in claims and not _same(claims["at_hash"], _half_hash(access_token, header["alg"])):
        raise TokenRefused("it belongs to another access token")
    return claims


def _key_for(header: Mapping[str, Any], keys: Sequence[SigningKey]) -> SigningKey:
    """Without an id in the header there must be one key of the kind that can be meant."""
    key_id, kind = header.get("kid"), ALGORITHMS[header["alg"]]
    fitting = [key for key in keys if key.key_type == kind and (key_id is None or key.kid == key_id)]
    if len(fitting) != 1:
        raise TokenRefused("signed with a key that the issuer does not publish")
    return fitting[0]


def _check_parties(claims: Mapping[str, Any], *, issuer: str, client_id: str) -> None:
    if claims.get("iss") != issuer:
        raise TokenRefused("another issuer")
    audience = claims.get("aud")
    audience = [audience] if isinstance(audience, str) else audience
    if not isinstance(audience, list) or client_id not in audience:
        raise TokenRefused("for another client (aud)")
    party = claims.get("azp", client_id if len(audience) == 1 else None)
    if party != client_id:
        raise TokenRefused("for another client (azp)")


def _check_times(claims: Mapping[str, Any], *, now: float) -> None:
    expires, issued = seconds(claims.get("exp")), seconds(claims.get("iat"))
    if expires is None or now >= expires + _LEEWAY:
        raise TokenRefused("expired")
    if issued is None or issued > now + _LEEWAY:
        raise TokenRefused("made in the future")
    begins = seconds(claims.get("nbf", 0))
    if begins is None or begins > now + _LEEWAY:
        raise TokenRefused("not valid yet")


def seconds(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 2**40:
        return None
    return float(value)


def _half_hash(text: str, algorithm: str) -> str:
    digest = _HASHES.get(algorithm, hashlib.sha256)(text.encode()).digest()
    return urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode()


def _same(value: object, expected: str) -> bool:
    return isinstance(value, str) and hmac.compare_digest(value.encode("utf-8", "replace"), expected.encode())
