"""What can be read of a webhook's body. All values are texts, most of them other people's."""

import json
from typing import Any

_LONGEST_NUMBER = 15


def document(body: str) -> Any:
    """None for what is no JSON."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def part(document: Any, name: str) -> dict[str, Any]:
    found = document.get(name) if isinstance(document, dict) else None
    return found if isinstance(found, dict) else {}


def either(part: dict[str, Any], name: str, otherwise: str) -> Any:
    """Of a template that an administrator has written in the other way: `tmdbId` or `tmdb_id`."""
    return part.get(name, part.get(otherwise))


def number(value: Any) -> int | None:
    text = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _LONGEST_NUMBER else None
