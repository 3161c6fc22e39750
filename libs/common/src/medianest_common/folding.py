"""One form for words that people write in more than one way: no accents, no case, no punctuation."""

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
_MOST_WORDS = 10


def fold(text: str) -> str:
    """Words in small plain letters and digits of whatever script, one blank between them."""
    composed = unicodedata.normalize("NFKD", text.casefold()).translate(_LETTERS)
    kept = "".join(
        "" if c in _JOINED or unicodedata.combining(c) else c if c.isalnum() else " " for c in composed
    )
    return " ".join(kept.split())


def prefix_query(text: str) -> str | None:
    """A PostgreSQL tsquery for what is folded and has a word that begins with each of these; None: there is no word."""
    words = fold(text).split()[:_MOST_WORDS]
    return " & ".join(f"'{word}':*" for word in words) or None
