"""The query language of library lists, as far as clients use it."""

import re
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from .items import Item, tag_id

_IGNORED = re.compile(
    r"(?i)x-plex-|unwatched$|include|exclude|checkfiles|async|skip|limit$|type$|sort$|push|pop|or$|group$"
)
_RELATIVE = re.compile(r"-(\d+)([smhdwy])$")
_UNIT_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800, "y": 31_536_000}
_FIELDS: dict[str, Callable[[Item], Any]] = {
    "title": lambda item: item.title,
    "titleSort": lambda item: item.title_sort,
    "year": lambda item: item.year or 0,
    "addedAt": lambda item: int(item.added_at.timestamp()),
    "updatedAt": lambda item: int(item.updated_at.timestamp()),
    "originallyAvailableAt": lambda item: item.year or 0,
    "index": lambda item: item.index or 0,
    "contentRating": lambda item: item.content_rating or "",
    "guid": lambda item: item.guid,
    "genre": lambda item: [*item.genres, *(str(tag_id(genre)) for genre in item.genres)],
    "actor": lambda item: list(item.roles),
    "id": lambda item: item.key,
    "rating": lambda item: item.rating or 0.0,
    "audienceRating": lambda item: item.rating or 0.0,
    "duration": lambda item: item.duration_ms or 0,
    "originalTitle": lambda item: item.original_title or "",
}


class BadFilter(ValueError):
    """Names a field the server does not know, or a value it cannot read."""


def matching(items: Iterable[Item], query: Iterable[tuple[str, str]], *, now: datetime) -> list[Item]:
    found = list(items)
    for name, value in query:
        if _IGNORED.match(name):
            continue
        test = _test(name, value, now)
        found = [item for item in found if test(item)]
    return found


def ordered(items: Iterable[Item], sort: str | None) -> list[Item]:
    """`sort` is `field[:desc],…`; by sort title when not given."""
    found = list(items)
    for part in reversed((sort or "titleSort").split(",")):
        name, _, direction = part.partition(":")
        value = _field(name)
        found.sort(key=lambda item: (_comparable(value(item)), item.key), reverse=direction == "desc")
    return found


def _test(name: str, value: str, now: datetime) -> Callable[[Item], bool]:
    bare = name.rstrip("=!<>")
    operator = name[len(bare) :]
    if value.startswith("="):
        operator, value = f"{operator}=", value[1:]
    read = _field(bare)
    options = [option for option in value.split(",") if option]
    if not options:
        raise BadFilter(name)

    def one(actual: Any, wanted: str) -> bool:
        if isinstance(actual, list):
            return wanted in actual if wanted.isdecimal() else any(one(each, wanted) for each in actual)
        if isinstance(actual, int | float):
            return _number_matches(actual, operator, _number(wanted, now))
        return _text_matches(str(actual).casefold(), operator, wanted.casefold())

    if operator.startswith("!"):
        return lambda item: all(one(read(item), wanted) for wanted in options)
    return lambda item: any(one(read(item), wanted) for wanted in options)


def _number_matches(actual: float, operator: str, wanted: float) -> bool:
    match operator:
        case "" | "=":
            return actual == wanted
        case "!" | "!=":
            return actual != wanted
        case ">" | ">>":
            return actual > wanted
        case "<" | "<<":
            return actual < wanted
    raise BadFilter(operator)


def _text_matches(actual: str, operator: str, wanted: str) -> bool:
    match operator:
        case "":
            return wanted in actual
        case "=":
            return actual == wanted
        case "!":
            return wanted not in actual
        case "!=":
            return actual != wanted
        case "<":
            return actual.startswith(wanted)
        case ">":
            return actual.endswith(wanted)
    raise BadFilter(operator)


def _number(text: str, now: datetime) -> float:
    relative = _RELATIVE.match(text)
    if relative:
        seconds = int(relative[1]) * _UNIT_SECONDS[relative[2]]
        return int((now - timedelta(seconds=seconds)).timestamp())
    try:
        return float(text) if "." in text else int(text)
    except ValueError as wrong:
        raise BadFilter(text) from wrong


def _field(name: str) -> Callable[[Item], Any]:
    scope, _, field = name.rpartition(".")
    read = _FIELDS.get(field)
    if read is None:
        raise BadFilter(name)
    if scope in ("show", "artist"):
        return lambda item: read(item.top)
    return read


def _comparable(value: Any) -> Any:
    return value.casefold() if isinstance(value, str) else value
