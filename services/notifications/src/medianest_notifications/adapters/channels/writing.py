"""A message as one text: title, body, a digest's parts, the link; within a provider's limit, and nothing of it markup
that we did not write ourselves."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from medianest_notifications.adapters.channels.port import Message, Part
from medianest_notifications.adapters.channels.text import Cost, cut, one_line, plain, title_of, word

_BETWEEN = "\n\n"
_LONGEST_PART = 600
_MENTION = re.compile(r"(?<![\w.])@(?=\w)|<(?=[!@#&])")
_NOTHING = "\u2060"


@dataclass(frozen=True, slots=True)
class Style:
    """How a provider marks text up. `count` is what it counts of a finished text."""

    count: Cost
    escape: Callable[[str], str]
    strong: Callable[[str], str]
    anchor: Callable[[str, str], str]
    """From words and an address."""
    harmless: Callable[[str], str] = lambda text: text
    """What is done before anything is cut; `escape` is the same for a sign wherever it stands."""


def plain_style(count: Cost) -> Style:
    return Style(
        count=count,
        escape=lambda text: text,
        strong=lambda text: text,
        anchor=lambda words, url: f"{words}: {url}",
    )


def unmentioned(text: str) -> str:
    """`@all` stays to be read and calls nobody; an e-mail address stays as it is."""
    return _MENTION.sub(lambda found: found[0] + _NOTHING, text)


def title(message: Message, style: Style, room: int) -> str:
    return _cut(title_of(message), style, room)


def write(
    message: Message, style: Style, room: int, *, inbox: str, titled: bool = True, linked: bool = True
) -> str:
    """`titled` and `linked` where a provider has no place of its own for them. Empty where nothing is left to say."""
    head = style.strong(title(message, style, room // 4)) if titled else ""
    foot = style.anchor(word(message.locale, "open"), message.link) if linked and message.link else ""
    pieces = [
        style.escape(style.harmless(plain(message.body))),
        *(_part(part, style) for part in message.parts),
    ]
    whole = _joined(head, *pieces, foot)
    if style.count(whole) <= room:
        return whole
    rest = style.anchor(word(message.locale, "rest"), inbox)
    return _joined(*_as_many(message, [head, *pieces], rest, style, room), rest)


def _as_many(message: Message, pieces: list[str], rest: str, style: Style, room: int) -> list[str]:
    """Pieces stay whole, so that no mark is left open, except for the body, which is cut before it is marked up."""
    kept: list[str] = []
    for number, piece in enumerate(pieces):
        used = style.count(_joined(*kept, rest, "x")) - 1
        if style.count(piece) <= room - used:
            kept.append(piece)
            continue
        if number == 1 and room - used > 2:
            kept.append(_cut(plain(message.body), style, room - used))
        break
    return kept


def _cut(text: str, style: Style, room: int) -> str:
    return style.escape(cut(style.harmless(text), room, lambda piece: style.count(style.escape(piece))))


def _part(part: Part, style: Style) -> str:
    lines = [
        style.strong(f"• {_cut(one_line(part.title), style, _LONGEST_PART)}"),
        _cut(plain(part.body), style, _LONGEST_PART),
        part.link or "",
    ]
    return "\n".join(line for line in lines if line)


def _joined(*pieces: str) -> str:
    return _BETWEEN.join(piece for piece in pieces if piece)
