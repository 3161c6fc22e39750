"""Opaque tokens: random, shown once, stored only as a hash. 256 bits need no slow hash and no salt."""

import hashlib
import hmac
import secrets

_RANDOM_BYTES = 32


def new_token(prefix: str = "") -> str:
    """`prefix` such as `mnr_` tells people and scanners what leaked; after it come 43 base64url characters."""
    return prefix + secrets.token_urlsafe(_RANDOM_BYTES)


def hash_token(token: str) -> bytes:
    """What goes into the database. A string that cannot be a token hashes to something no token has."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def same_token(one: str, other: str) -> bool:
    """Takes the same time wherever the two differ."""
    return hmac.compare_digest(one.encode("utf-8", "surrogatepass"), other.encode("utf-8", "surrogatepass"))
