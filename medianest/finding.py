"""What the doctor says about one part."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """`mend` is what to do about it, in one sentence."""

    name: str
    fine: bool
    text: str
    mend: str = ""


def good(name: str, text: str) -> Finding:
    return Finding(name=name, fine=True, text=text)


def bad(name: str, text: str, mend: str = "") -> Finding:
    return Finding(name=name, fine=False, text=text, mend=mend)
