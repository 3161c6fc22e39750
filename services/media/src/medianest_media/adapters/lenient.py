"""Reading other systems' answers: what is odd in an item costs that item and no more.

An answer that is nonsense as a whole raises ValueError, LookupError or TypeError.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

import structlog
from prometheus_client import Counter

log = structlog.get_logger()

SKIPPED = Counter(
    "medianest_media_backend_items_skipped", "Items of backend answers that could not be read.", ["what"]
)

type Json = dict[str, Any]

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def each[T](what: str, items: Iterable[Any], read: Callable[[Json], T]) -> Iterable[T]:
    if isinstance(items, Mapping | str):
        raise TypeError("not a list")
    for item in items:
        try:
            yield read(as_dict(item))
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            SKIPPED.labels(what).inc()
            log.info("backend_item_skipped", what=what, error=type(error).__name__)


def as_dict(value: Any) -> Json:
    if not isinstance(value, dict):
        raise TypeError("not an object")
    return value


def as_list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError("not a list")
    return value


def items_of(value: Any) -> list[Any]:
    """A list that may be left out, or be something else altogether."""
    return value if isinstance(value, list) else []


def fields_of(value: Any) -> Json:
    return value if isinstance(value, dict) else {}


def number(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not -1 <= value <= 2**53:
        raise TypeError("not a number")
    return value


def known_id(value: Any) -> int:
    """A number as TMDB gives to things; what we hand out has to be taken back."""
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 2_147_483_647:
        raise TypeError("not an id")
    return value


def day(value: Any) -> date | None:
    """Plain dates, at times empty or none at all; they are never moved through a time zone."""
    text = value[:10] if isinstance(value, str) else ""
    if not _DAY.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
