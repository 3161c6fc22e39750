"""Making text fit: each provider counts in its own way, and what is one sign to the eye is never taken apart."""

import re
import unicodedata
from collections.abc import Callable, Iterator

from medianest_notifications.adapters.channels.port import Message

type Cost = Callable[[str], int]
"""What a piece of text uses up of a provider's limit; of two pieces together it is the sum."""

INBOX = "/notifications"
_ELLIPSIS = "…"
_JOINER = "\u200d"
_LONGEST_SIGN = 32
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_WORDS = {
    "en": {"open": "Open in MediaNest", "rest": "The rest is in your inbox", "off": "No more mail like this"},
    "de": {
        "open": "In MediaNest öffnen",
        "rest": "Der Rest steht im Posteingang",
        "off": "Keine solchen Mails mehr",
    },
}


def word(locale: str, key: str) -> str:
    return _WORDS.get(locale.partition("-")[0].lower(), _WORDS["en"])[key]


def utf16(text: str) -> int:
    return len(text) + sum(sign > "\uffff" for sign in text)


def utf8(text: str) -> int:
    return len(text.encode())


def plain(text: str) -> str:
    """Without what no provider can carry: control characters, halves of characters, other ends of lines."""
    return _UNPRINTABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def one_line(text: str) -> str:
    return " ".join(plain(text).split())


def title_of(message: Message) -> str:
    return one_line(message.title) or "MediaNest"


def signs(text: str) -> Iterator[str]:
    """What is one sign to the eye at a time: with its accents, its skin tone, its joined members; flags in pairs."""
    start, flags = 0, 0
    for at in range(1, len(text)):
        before, here = text[at - 1], text[at]
        flags = flags + 1 if _is_flag_half(before) else 0
        if _extends(here) or before == _JOINER or (_is_flag_half(here) and flags % 2):
            continue
        yield text[start:at]
        start = at
    if text:
        yield text[start:]


def cut(text: str, room: int, cost: Cost = len) -> str:
    """As much of it as fits, with `…` where something is missing."""
    if cost(text) <= room:
        return text
    left, kept = room - cost(_ELLIPSIS), []
    for sign in _bounded(signs(text)):
        left -= cost(sign)
        if left < 0:
            break
        kept.append(sign)
    return "".join(kept).rstrip() + _ELLIPSIS


def _bounded(found: Iterator[str]) -> Iterator[str]:
    """Whoever piles a thousand accents on one letter gets them taken apart all the same."""
    for sign in found:
        if len(sign) > _LONGEST_SIGN:
            yield from sign
        else:
            yield sign


def _extends(sign: str) -> bool:
    if sign.isascii():
        return False
    return (
        sign == _JOINER
        or unicodedata.category(sign) in ("Mn", "Me", "Mc")
        or "\U0001f3fb" <= sign <= "\U0001f3ff"
        or "\U000e0020" <= sign <= "\U000e007f"
        or "\u1160" <= sign <= "\u11ff"
    )


def _is_flag_half(sign: str) -> bool:
    return "\U0001f1e6" <= sign <= "\U0001f1ff"
