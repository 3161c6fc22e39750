"""Opaque cursors for keyset pages: the key of the last row that was seen."""

import base64
import binascii
import json
from typing import Any

from medianest_common.errors import BadRequest

_VERSION = 1
_LONGEST = 512


class InvalidCursor(BadRequest):
    title = "The cursor is not one of ours"


def encode_cursor(order: str, *key: str | int) -> str:
    """`order` names the sort, so that a cursor is not used with another one."""
    text = json.dumps([_VERSION, order, *key], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def decode_cursor(cursor: str, order: str, *kinds: type[str] | type[int]) -> tuple[Any, ...]:
    """The key, checked to be of these kinds. Raises `InvalidCursor`."""
    if len(cursor) > _LONGEST:
        raise InvalidCursor("Start again without a cursor.")
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        version, found_order, *key = json.loads(raw)
    except (binascii.Error, ValueError, TypeError):
        raise InvalidCursor("Start again without a cursor.") from None
    fits = len(key) == len(kinds) and all(type(part) is kind for part, kind in zip(key, kinds, strict=False))
    if version != _VERSION or found_order != order or not fits:
        raise InvalidCursor("Start again without a cursor.")
    return tuple(key)
