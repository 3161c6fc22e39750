"""One form for titles that people write in more than one way: no accents, no case, no punctuation."""

import unicodedata

_LETTERS = str.maketrans(
    {
        "æ": "ae",
        "œ": "oe",
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "ı": "i",
        "ħ": "h",
        "ŧ": "t",
        "&": " and ",
    }
)
_JOINED = "'’ʼ`´"
"""Marks inside words: `don't` is found as `dont`."""


def fold(text: str) -> str:
    """Words in small plain letters and digits of whatever script, one blank between them."""
    composed = unicodedata.normalize("NFKD", text.casefold()).translate(_LETTERS)
    kept = "".join(
        "" if c in _JOINED or unicodedata.combining(c) else c if c.isalnum() else " " for c in composed
    )
    return " ".join(kept.split())


def search_text(*titles: str | None) -> str:
    """The folded words of all titles, each title once."""
    return " | ".join(dict.fromkeys(folded for title in titles if title and (folded := fold(title))))
