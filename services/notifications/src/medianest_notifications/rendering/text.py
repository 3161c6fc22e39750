"""Text of people on its way into a sentence: storable, bounded, and without a hold on what stands around it."""

import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from medianest_common.contracts.base import rfc3339

LONGEST_VALUE = 2000
MOST_VALUES = 100
_DEEPEST = 4
_JOINER = "\u200d"
_EMBEDDING = frozenset("\u202a\u202b\u202d\u202e")
_ISOLATES = dict.fromkeys(map(ord, "\u2066\u2067\u2068\u2069"))
_KEPT_CONTROLS = frozenset("\t\n")


def cut(text: str, length: int) -> str:
    """At most `length` characters, and never in the middle of what is one sign to the eye."""
    if len(text) <= length:
        return text
    end = length - 1
    while end > 0 and (_joins(text[end]) or text[end - 1] == _JOINER or _splits_a_flag(text, end)):
        end -= 1
    # Whoever piles a thousand accents on one letter gets them cut all the same.
    return text[: end or length - 1].rstrip() + "…"


def clean(value: Any, *, depth: int = _DEEPEST) -> Any:
    """Without what PostgreSQL cannot keep (NUL, broken characters), of a length that one can work with."""
    if isinstance(value, str):
        return cut(_storable(str(value[: 2 * LONGEST_VALUE])), LONGEST_VALUE)
    if isinstance(value, Mapping):
        return {str(k): clean(v, depth=depth - 1) for k, v in list(value.items())[:MOST_VALUES] if depth}
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray):
        return [clean(item, depth=depth - 1) for item in value[:MOST_VALUES] if depth]
    if isinstance(value, datetime):
        return rfc3339(value)
    return str(value) if isinstance(value, UUID) else value


def isolated(text: str) -> str:
    """What is written right to left, or pretends to be, does not turn the rest of the sentence round."""
    if text.isascii() or not any(sign in _EMBEDDING or sign in "\u2066\u2067\u2068\u2069" for sign in text):
        return text
    return f"\u2068{text.translate(_ISOLATES)}\u2069"


def plain(text: str) -> str:
    """Without what steers terminals and printers, for systems that we do not know."""
    if text.isprintable():
        return text
    return "".join(sign for sign in text if unicodedata.category(sign) != "Cc" or sign in _KEPT_CONTROLS)


def one_line(text: str) -> str:
    return " ".join(text.split())


def _storable(text: str) -> str:
    if text.isascii() and text.isprintable():
        return text
    return "".join(sign for sign in text if sign != "\x00" and not "\ud800" <= sign <= "\udfff")


def _joins(sign: str) -> bool:
    """Accents, variation selectors, skin tones, joiners: they belong to what stands before them."""
    return (
        sign == _JOINER or unicodedata.combining(sign) != 0 or "\ufe00" <= sign <= "\ufe0f" or _is_tone(sign)
    )


def _is_tone(sign: str) -> bool:
    return "\U0001f3fb" <= sign <= "\U0001f3ff"


def _splits_a_flag(text: str, end: int) -> bool:
    """A flag is two letters of a kind of their own."""
    start = end
    while start > 0 and "\U0001f1e6" <= text[start - 1] <= "\U0001f1ff":
        start -= 1
    return (end - start) % 2 == 1 and "\U0001f1e6" <= text[end] <= "\U0001f1ff"
