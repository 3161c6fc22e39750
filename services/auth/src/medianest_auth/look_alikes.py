"""One key for all names that look the same (after Unicode TS 39, for the scripts that Latin is imitated with)."""

import unicodedata

_SMALL = {
    "a": "аαɑ",
    "b": "ьƅ",
    "c": "сϲ",
    "d": "ԁ",
    "e": "еҽ",
    "g": "ɡ",
    "h": "һ",
    "i": "іιıɩ",
    "j": "јϳ",
    "k": "кκ",
    "l": "1|ӏℓ",
    "m": "м",
    "n": "ηո",
    "o": "оοσօ0",
    "p": "рρ",
    "q": "ԛ",
    "r": "г",
    "s": "ѕ",
    "t": "тτ",
    "u": "υս",
    "v": "νѵ",
    "w": "ԝω",
    "x": "хχ",
    "y": "уγү",
}
_CAPITALS = {
    "a": "АΑ",
    "b": "ВΒ",
    "c": "СϹ",
    "e": "ЕΕ",
    "h": "НΗ",
    "i": "ІΙӀ",
    "j": "ЈͿ",
    "k": "КΚ",
    "m": "МΜ",
    "n": "Ν",
    "o": "ОΟ",
    "p": "РΡ",
    "s": "Ѕ",
    "t": "ТΤ",
    "x": "ХΧ",
    "y": "УΥҮ",
    "z": "Ζ",
}
_LATIN = {
    ord(look_alike): latin
    for table in (_SMALL, _CAPITALS)
    for latin, look_alikes in table.items()
    for look_alike in look_alikes
}
_INVISIBLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Letters and marks that show nothing."""


def name_key(name: str) -> str:
    """Equal for two names that are read alike: case, width, script, signs and blanks do not count. Empty for a name
    without anything to read."""
    text = unicodedata.normalize("NFKC", name).translate(_LATIN)
    return _readable(unicodedata.normalize("NFKC", text.casefold()))


def name_shape(name: str) -> str:
    """Equal for two names that look alike in most typefaces, where a capital I is a small L."""
    return _readable(unicodedata.normalize("NFKC", name).replace("I", "l").translate(_LATIN))


def _readable(text: str) -> str:
    letters = "".join(c for c in text if unicodedata.category(c)[0] in "LN" or _is_accent(c))
    return "".join(c for c in letters if c not in _INVISIBLE) or _signs(text)


def _is_accent(c: str) -> bool:
    return unicodedata.category(c)[0] == "M" and not "\ufe00" <= c <= "\ufe0f"


def _signs(text: str) -> str:
    """For a name of nothing but pictures."""
    return "".join(c for c in text if unicodedata.category(c) == "So" and c not in _INVISIBLE)
