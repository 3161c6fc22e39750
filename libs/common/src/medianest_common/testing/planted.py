"""Secrets that can be recognised wherever they turn up, and how to find them in what was written."""

import re
from base64 import b64encode
from collections.abc import Collection

MARK = "PlantedSecret"
"""Stands in every secret that tests make up themselves and give to the product."""


def _in_base64(text: bytes) -> set[bytes]:
    """What stays the same of it, whatever stands before and after: one form for each place in a group of three."""
    whole = (b64encode(b"\0" * before + text) for before in range(3))
    return {form[4 if before else 0 : -4] for before, form in enumerate(whole)}


_MARKS = {MARK.lower().encode(), MARK.encode().hex().encode()} | {
    form.lower() for form in _in_base64(MARK.encode())
}
# What the product makes itself, by its form. What was taken out reads `mnr_[hidden]`.
_FORMS = re.compile(
    rb"(?<![A-Za-z0-9])mn[a-z]_[A-Za-z0-9_-]{20,}"
    rb"|(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}"
    rb"|(?<![A-Za-z0-9])S[UANOC][A-Z2-7]{56}(?![A-Za-z0-9])"
    rb"|-----BEGIN [A-Z ]*PRIVATE KEY"
)


def leaks_in(written: bytes, *, learned: Collection[str] = ()) -> list[str]:
    """The lines in which there is a secret: one that was planted, that has the form of one, or that is in `learned`."""
    low = written.lower()
    marks = [mark for mark in _MARKS if mark in low]
    known = [each.encode("utf-8", "replace") for each in learned]
    known = [each for each in known if each in written]
    if not marks and not known and not _FORMS.search(written):
        return []
    return [
        line.decode("utf-8", "replace")[:500]
        for line in written.splitlines()
        if any(mark in line.lower() for mark in marks)
        or any(each in line for each in known)
        or _FORMS.search(line)
    ]


class Overheard:
    """What outside systems that take reports (of errors, of traces) were sent, until somebody has looked at it."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def hear(self, sent: bytes) -> None:
        self._parts.append(sent)

    def take(self) -> bytes:
        whole = b"\n".join(self._parts)
        self._parts.clear()
        return whole


overheard = Overheard()
