"""What translating works with."""

from dataclasses import dataclass, field
from typing import Any

_LONGEST_NAME = 100
NONSENSE = (ArithmeticError, ValueError, RecursionError)
"""What comes of values that nobody would enter: one that holds such keeps none of the others from being taken."""


class CannotSay(Exception):
    """Why something is not taken over, in words for people; never with a value of theirs in them."""


@dataclass(frozen=True, slots=True)
class Said:
    """The fields of a `MonitorSpec`."""

    values: dict[str, Any] = field(repr=False)
    remarks: tuple[str, ...] = ()
    certificate: dict[str, Any] | None = None
    """Another one, of the certificate only."""


def one_line(text: str, *, otherwise: str) -> str:
    """A name as they are here: one line of what can be seen."""
    seen = "".join(character if character.isprintable() else " " for character in text)
    return " ".join(seen.split())[:_LONGEST_NAME].strip() or otherwise


def text_of(text: str | None, *, longest: int) -> str | None:
    """A longer text, over several lines maybe."""
    if text is None:
        return None
    kept = "".join(character for character in text if character in "\n\t" or character.isprintable())
    return kept[:longest].strip() or None
