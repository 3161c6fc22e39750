"""Plex writes the same value as a number, as text or not at all. These read any of it and never raise."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

type Document = Mapping[str, Any]

_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_WHOLE = re.compile(r"-?[0-9]{1,18}")
_LARGEST = 2**53
_LATEST = 4_102_444_800
"""The year 2100: a later `addedAt` is a mistake of whoever tagged the file."""


def to_int(value: object) -> int | None:
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, str) and _WHOLE.fullmatch(value):
        value = int(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return value if isinstance(value, int) and abs(value) <= _LARGEST else None


def to_positive(value: object) -> int | None:
    number = to_int(value)
    return number if number is not None and number > 0 else None


def to_float(value: object) -> float | None:
    if isinstance(value, bool):
        return None
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return None
    return number if abs(number) < _LARGEST else None


def to_bool(value: object) -> bool | None:
    return {"1": True, "true": True, "0": False, "false": False}.get(str(value).lower())


def to_text(value: object, *, longest: int = 500) -> str | None:
    """Normalised, without characters that cannot be shown; None for what is empty or no text."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    text = unicodedata.normalize("NFC", _UNPRINTABLE.sub("", str(value))).strip()
    return text[:longest] or None


def to_key(value: object) -> str | None:
    """A rating key or the key of a section: digits, whichever way they were written."""
    number = to_int(value)
    return str(number) if number is not None and number >= 0 else None


def to_time(value: object) -> datetime | None:
    """From seconds since 1970; 0 and the far future mean that nobody knows."""
    seconds = to_int(value)
    return datetime.fromtimestamp(seconds, UTC) if seconds is not None and 0 < seconds < _LATEST else None


def to_date(value: object) -> date | None:
    """From `2024-05-01`, whatever stands behind it."""
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        return None


def entries(value: object) -> list[Document]:
    """The objects of a list; an absent list is an empty one, and one object alone is a list of one."""
    if isinstance(value, Mapping):
        return [value]
    return [entry for entry in value if isinstance(entry, Mapping)] if isinstance(value, list) else []
