"""Where a page of requests ends, as text that a browser keeps for us."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from medianest_common.errors import BadRequest

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def cursor_at(id: UUID, updated_at: datetime | None = None) -> str:
    """`updated_at` where the list is in the order of changes."""
    if updated_at is None:
        return id.hex
    return f"{(updated_at - _EPOCH) // _MICROSECOND:x}.{id.hex}"


def read_cursor(cursor: str, *, by_change: bool) -> dict[str, Any]:
    """The key after which the page begins. Raises `BadRequest` for what was never given out."""
    moment, dot, last = cursor.rpartition(".")
    try:
        if bool(dot) is not by_change:
            raise ValueError
        key: dict[str, Any] = {"id": UUID(hex=last)}
        if by_change:
            key["updated_at"] = _EPOCH + int(moment, 16) * _MICROSECOND
    except (ValueError, OverflowError):
        raise BadRequest("The cursor is not one that was given out for this list.") from None
    return key
