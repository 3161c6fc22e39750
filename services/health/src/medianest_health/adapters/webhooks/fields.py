"""Single values of a body, as far as they are what they should be. Everything in it is somebody else's text."""

import hashlib
import json
import re
from collections.abc import Iterable
from typing import Any

_LARGEST_ID = 2_147_483_647
_UNSHOWABLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]+"
)
_IMDB = re.compile(r"tt[0-9]{5,12}")
_EVENT = re.compile(r"[A-Za-z][A-Za-z0-9._ -]{0,63}")


def part(document: Any, name: str) -> dict[str, Any]:
    found = document.get(name) if isinstance(document, dict) else None
    return found if isinstance(found, dict) else {}


def parts(document: dict[str, Any], name: str) -> list[dict[str, Any]]:
    found = document.get(name)
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def line(value: Any, longest: int = 200) -> str | None:
    """On one line and not endless; None for what is no text or an empty one."""
    if not isinstance(value, str):
        return None
    text = " ".join(_UNSHOWABLE.sub(" ", value[: longest * 4]).split())
    return (text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…") or None


def positive(value: Any) -> int | None:
    """Ids begin at 1: tests and unknown titles have 0."""
    number = whole(value)
    return number or None


def whole(value: Any) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    text = str(value)
    if not (text.isascii() and text.isdecimal() and len(text) <= 10):
        return None
    return number if (number := int(text)) <= _LARGEST_ID else None


def imdb(value: Any) -> str | None:
    return value if isinstance(value, str) and _IMDB.fullmatch(value) else None


def event_name(value: Any) -> str:
    """As words that can stand in a log and in a list; empty for anything else."""
    return value if isinstance(value, str) and _EVENT.fullmatch(value) else ""


def mark_of(values: Iterable[Any]) -> str:
    return hashlib.sha256(json.dumps(list(values), default=str).encode()).hexdigest()
