"""What a template can name: the values of a notification, made safe, and what each language makes of them."""

from collections.abc import Mapping
from typing import Any

from medianest_notifications.rendering.filters import WORDS, ZONE
from medianest_notifications.rendering.reasons import NAMES, TYPED, reasons_of
from medianest_notifications.rendering.text import clean, isolated
from medianest_notifications.rendering.words import Words

DERIVED: Mapping[str, frozenset[str]] = {
    "what": frozenset({"title", "seasons", "is_4k"}),
    "where": frozenset({"title", "season", "episode"}),
    "whose": frozenset({"reader", "who"}),
}
"""Names that no message carries, and which values they are made from."""
_LEFT = "_left"
"""Set where whose name it was has left."""


def context_of(values: Mapping[str, Any], words: Words, *, zone: str) -> dict[str, Any]:
    given: dict[str, Any] = clean(values)
    if not given.pop(TYPED, False):
        given |= {name: _reason(given[name], words.locale) for name in NAMES & given.keys()}
    if "who" in given and not given["who"]:
        given |= {"who": words.word("who", "left"), _LEFT: True}
    made = {name: _DERIVE[name](given, words) for name, needs in DERIVED.items() if needs <= given.keys()}
    return {name: _shown(value) for name, value in given.items()} | made | {WORDS: words, ZONE: zone}


def names_of(values: Mapping[str, Any]) -> list[str]:
    return sorted([*values, *(name for name, needs in DERIVED.items() if needs <= values.keys())])


def _reason(value: Any, locale: str) -> Any:
    return reasons_of(locale).said(value) if isinstance(value, str) else value


def _whose(given: Mapping[str, Any], words: Words) -> str:
    """“Your request”, “Ada’s request”, “The request you follow”."""
    reader = str(given["reader"])
    text = words.word(f"{reader}_left", "whose") if _LEFT in given else ""
    return (text or words.word(reader, "whose")).replace("{who}", isolated(str(given["who"])))


_DERIVE = {
    "what": lambda given, words: words.title(given),
    "where": lambda given, words: words.place(given),
    "whose": _whose,
}


def _shown(value: Any) -> Any:
    if isinstance(value, str):
        return isolated(value)
    return [_shown(item) for item in value] if isinstance(value, list) else value
