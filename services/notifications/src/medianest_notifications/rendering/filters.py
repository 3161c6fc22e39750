"""What a template can do with a value. Each is bounded, and none takes a pattern or a number that makes it grow."""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

from jinja2 import Undefined, pass_context
from jinja2.runtime import Context

from medianest_notifications.rendering.text import cut
from medianest_notifications.rendering.words import Words

WORDS, ZONE = "_words", "_zone"
"""Where the context holds the reader's language and zone; no template can name these."""
_LONGEST = 10_000


@pass_context
def word(context: Context, key: Any, table: str) -> str:
    return _words(context).word(key, table)


@pass_context
def listed(context: Context, items: Sequence[Any]) -> str:
    return _words(context).listed(_several(items))


@pass_context
def seasons(context: Context, numbers: Sequence[int]) -> str:
    return _words(context).seasons(numbers)


@pass_context
def date(context: Context, moment: Any) -> str:
    return _words(context).date(moment, context[ZONE])


@pass_context
def time(context: Context, moment: Any) -> str:
    return _words(context).time(moment, context[ZONE])


@pass_context
def moment(context: Context, at: Any) -> str:
    return _words(context).moment(at, context[ZONE])


def plural(number: int, one: str, many: str) -> str:
    """`{{ n | plural("One video", "{} videos") }}`."""
    # Any other text as the number would stand in the result once for each pair of braces.
    if not isinstance(number, int):
        raise TypeError
    return (one if number == 1 else many).replace("{}", str(number))


def commas(items: Sequence[Any]) -> str:
    return ", ".join(str(item) for item in _several(items))


def sentence(text: Any) -> str:
    """With one full stop at its end, whether it had one or not."""
    return f"{str(text).rstrip().rstrip('.')}."


def otherwise(value: Any, instead: str) -> Any:
    return instead if isinstance(value, Undefined) or value in (None, "") else value


def shorten(text: Any, length: int) -> str:
    return cut(str(text), max(2, min(int(length), 1000)))


def upper(text: Any) -> str:
    return str(text).upper()


def lower(text: Any) -> str:
    return str(text).lower()


def _several(items: Sequence[Any]) -> Sequence[Any]:
    """A text is no list of its letters: a filter after a filter would make it three times as long each time."""
    if isinstance(items, str):
        raise TypeError
    return items


def _bounded(change: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(change)
    def bounded(*given: Any) -> Any:
        result = change(*given)
        return cut(result, _LONGEST) if isinstance(result, str) else result

    return bounded


_FILTERS: dict[str, Callable[..., Any]] = {
    "commas": commas,
    "date": date,
    "default": otherwise,
    "listed": listed,
    "lower": lower,
    "moment": moment,
    "plural": plural,
    "seasons": seasons,
    "sentence": sentence,
    "shorten": shorten,
    "time": time,
    "upper": upper,
    "word": word,
}
FILTERS = {name: _bounded(change) for name, change in _FILTERS.items()}


def _words(context: Context) -> Words:
    words: Words = context[WORDS]
    return words
