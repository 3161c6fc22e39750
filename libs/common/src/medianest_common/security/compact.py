"""The strict reading of a compact JWS (RFC 7515), before any signature is looked at."""

import base64
import json
import re
from typing import Any
from uuid import UUID

_HEADER_MEMBERS = frozenset({"alg", "typ", "kid"})
_KEY_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_BASE64URL = re.compile(r"[A-Za-z0-9_-]+")


class Malformed(ValueError):
    """Not a token of ours, whoever signed it."""


def split(token: str) -> tuple[str, bytes, bytes]:
    """The header as it is spelled, the payload and the signature."""
    parts = token.split(".")
    if len(parts) != 3:
        raise Malformed("not three parts")
    return parts[0], _decode(parts[1]), _decode(parts[2])


def read_key_id(header: str, *, algorithm: str, kind: str) -> str:
    """The key id of a header that says exactly this algorithm, this type and a key id, and nothing else."""
    members = read_object(_decode(header))
    if members.get("alg") != algorithm:
        raise Malformed("another algorithm")
    if members.get("typ") != kind:
        raise Malformed("another type")
    key_id = members.get("kid")
    if not isinstance(key_id, str) or not is_key_id(key_id):
        raise Malformed("no usable key id")
    if not _HEADER_MEMBERS.issuperset(members):
        raise Malformed("a forbidden header member")
    return key_id


def _decode(part: str) -> bytes:
    """Only the one canonical spelling: no padding, no white space, no loose last bits."""
    if not _BASE64URL.fullmatch(part):
        raise Malformed("not base64url")
    data = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    if base64.urlsafe_b64encode(data).rstrip(b"=").decode() != part:
        raise Malformed("not canonical")
    return data


def read_object(data: bytes) -> dict[str, Any]:
    """A JSON object in which no member appears twice."""
    try:
        value = json.loads(data, object_pairs_hook=_without_repeats)
    except RecursionError:
        raise Malformed("nested too deeply") from None
    if not isinstance(value, dict):
        raise Malformed("not an object")
    return value


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise Malformed("a member appears twice")
    return members


def is_key_id(value: object) -> bool:
    return isinstance(value, str) and _KEY_ID.fullmatch(value) is not None


def uuid(value: object) -> UUID:
    parsed = UUID(text(value))
    if str(parsed) != value:
        raise Malformed("not a canonical UUID")
    return parsed


def text(value: object) -> str:
    if not isinstance(value, str):
        raise Malformed("not a string")
    return value


def texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise Malformed("not a list")
    return tuple(text(member) for member in value)


def integer(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise Malformed("not an integer")
    return value
