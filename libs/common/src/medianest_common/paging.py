"""Opaque cursors for keyset pages: the key of the last row that was seen."""

import base64
import binascii
import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

from medianest_common.errors import BadRequest

_VERSION = 1
_LONGEST = 512
_LARGEST = 2**63


class InvalidCursor(BadRequest):
    title = "The cursor is not one that was given out for this list"


def encode_cursor(order: str, *key: int | UUID | str) -> str:
    """`order` names the sort, so that a cursor is of no use with another one. Texts have 80 characters at most."""
    parts = [part.hex if isinstance(part, UUID) else part for part in key]
    text = json.dumps([_VERSION, order, *parts], separators=(",", ":"), ensure_ascii=False)
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def decode_cursor(cursor: str, order: str, *kinds: type[int] | type[UUID] | type[str]) -> tuple[Any, ...]:
    """The key, each part of its kind. Raises `InvalidCursor` for what was never given out."""
    try:
        if len(cursor) > _LONGEST:
            raise ValueError
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        version, found_order, *parts = json.loads(raw)
        if (version, found_order) != (_VERSION, order):
            raise ValueError
        return tuple(_READERS[kind](part) for kind, part in zip(kinds, parts, strict=True))
    except (binascii.Error, ValueError, TypeError, RecursionError):
        raise InvalidCursor("Start again from the first page.") from None


def _whole(part: Any) -> int:
    if type(part) is not int or abs(part) >= _LARGEST:
        raise ValueError
    return part


def _id(part: Any) -> UUID:
    return UUID(hex=part)


def _text(part: Any) -> str:
    if not isinstance(part, str) or "\x00" in part or any("\ud800" <= c <= "\udfff" for c in part):
        raise ValueError
    return part


_READERS: dict[Any, Callable[[Any], Any]] = {int: _whole, UUID: _id, str: _text}
