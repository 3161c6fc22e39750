"""Which passwords are accepted: length, a list of common ones, and nothing that is written on the door.

No rules about kinds of characters and no forced change (ASVS 5.0, 6.2.5 and 6.2.10).
"""

import re
import unicodedata
from collections.abc import Collection
from functools import cache
from importlib import resources

from medianest_auth.errors import WeakPassword
from medianest_auth.normalising import storable
from medianest_common.errors import FieldError, Invalid

LONGEST = 256
_LONGEST_BYTES = 1024
_SHORTEST_REST = 8
"""Characters that must remain when names that anybody could guess have been taken out."""
_SHORTEST_CONTEXT = 4
_SITE_WORDS = ("medianest", "plex", "password", "passwort")
_RUNS = ("abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm", "01234567890123456789")
_ROW = re.compile(r"(.{1,6}?)\1+")
_LEET = str.maketrans("013457@$!", "oieastasi")


def normalised(password: str) -> str | None:
    """The form that is hashed, the same however a keyboard composes accents; None for what can be nobody's password."""
    if len(password) > 4 * _LONGEST_BYTES or not storable(password):
        return None
    composed = unicodedata.normalize("NFKC", password)
    if len(composed) > LONGEST or len(composed.encode()) > _LONGEST_BYTES:
        return None
    return composed


class PasswordPolicy:
    def __init__(self, *, shortest: int) -> None:
        self._shortest = shortest

    def accept(self, password: str, *, context: Collection[str] = (), field: str = "password") -> str:
        """The form to hash. `context` are words that the person is known by, `field` is what the asker calls it.

        Raises `Invalid` or `WeakPassword`.
        """
        form = normalised(password)
        if form is None:
            raise _refused(Invalid, f"Use at most {LONGEST} ordinary characters.", field)
        if len(form) < self._shortest:
            raise _refused(Invalid, f"Use at least {self._shortest} characters.", field)
        folded = form.casefold()
        if _is_common(folded) or _is_pattern(folded):
            why = "This is one of the first passwords that anybody would try."
            raise _refused(WeakPassword, why, field)
        if _without(folded, context) < _SHORTEST_REST:
            why = "Do not build it from your name, your address or the name of this site."
            raise _refused(WeakPassword, why, field)
        return form


def _refused(kind: type[Invalid], why: str, field: str) -> Invalid:
    return kind(why, errors=[FieldError(field, why)])


@cache
def _common() -> frozenset[str]:
    text = resources.files("medianest_auth.passwords").joinpath("blocklist/common.txt").read_text("utf-8")
    return frozenset(text.split())


def _is_common(folded: str) -> bool:
    """Common itself, or a common word with digits and signs around it."""
    forms = {folded, _core(folded), _core(folded.translate(_LEET)), folded.replace(" ", "")}
    return not forms.isdisjoint(_common())


def _core(text: str) -> str:
    return text.strip("".join({c for c in text if not c.isalpha()}))


def _is_pattern(folded: str) -> bool:
    """A short piece over and over, or pieces of the alphabet and the keyboard's rows."""
    if _ROW.fullmatch(folded):
        return True
    rest = folded
    for run in _RUNS:
        for direction in (run, run[::-1]):
            for size in range(len(direction), 3, -1):
                for start in range(len(direction) - size + 1):
                    rest = rest.replace(direction[start : start + size], "")
    return len(rest) < _SHORTEST_REST // 2


def _without(folded: str, context: Collection[str]) -> int:
    parts = {part for text in (*context, *_SITE_WORDS) for part in re.split(r"[\W_]+", text.casefold())}
    for word in sorted(parts, key=len, reverse=True):
        if len(word) >= _SHORTEST_CONTEXT:
            folded = folded.replace(word, "")
    return len(re.sub(r"[\W_]+", "", folded)) if folded.isascii() else len(folded)
