"""From what is to be said to a title and a body, in one person's language, for one channel."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import structlog

from medianest_notifications.rendering.catalogue import ANY, INBOX, Wording, built_in
from medianest_notifications.rendering.context import context_of
from medianest_notifications.rendering.sandbox import TemplateFault, fill
from medianest_notifications.rendering.text import cut, one_line, plain
from medianest_notifications.rendering.words import DEFAULT, best_locale, words_of

TITLE_LENGTH = 200
BODY_LENGTH = 700
LONG_BODY = 2000
_LONG = frozenset({"broadcast"})

log = structlog.get_logger()

type Overrides = Mapping[tuple[str, str, str], Wording]
"""An administrator's wordings by type, locale and channel."""
type Report = Callable[[tuple[str, str, str], str], object]


@dataclass(frozen=True, slots=True)
class Rendered:
    title: str
    body: str


def render(
    type: str,
    values: Mapping[str, Any],
    *,
    locale: str | None = None,
    zone: str = "UTC",
    channel: str = INBOX,
    overrides: Overrides | None = None,
    report: Report | None = None,
) -> Rendered:
    """Plain text; who shows it as HTML or Markdown escapes it. Never raises: what an administrator wrote gives way to
    the built-in wording where it does not work, and is named to `report`. Titles for channels are one line."""
    spoken = best_locale(locale)
    for key in ((type, spoken, channel), (type, spoken, ANY)):
        wording = overrides.get(key) if overrides else None
        if wording is None:
            continue
        try:
            return said(type, wording, values, locale=spoken, zone=zone, channel=channel)
        except TemplateFault as fault:
            log.warning("template_failed", type=type, locale=spoken, channel=key[2], reason=fault.message)
            if report:
                report(key, fault.message)
    return _built_in(type, values, locale=spoken, zone=zone, channel=channel)


def said(
    type: str, wording: Wording, values: Mapping[str, Any], *, locale: str, zone: str, channel: str
) -> Rendered:
    """Raises `TemplateFault` where the wording does not work with these values, or says nothing."""
    context = context_of(values, words_of(locale), zone=zone)
    title, body = fill(wording.title, context, part="title").strip(), fill(wording.body, context).strip()
    if not title:
        raise TemplateFault("The title comes out empty for some such notifications.", part="title")
    if channel != INBOX:
        title, body = plain(one_line(title)), plain(body)
    longest = LONG_BODY if type in _LONG else BODY_LENGTH
    return Rendered(title=cut(title, TITLE_LENGTH), body=cut(body, longest))


def built_in_wording(type: str, *, locale: str, channel: str) -> Wording | None:
    wordings = built_in(locale)
    return wordings.get((type, channel)) or wordings.get((type, ANY))


def _built_in(type: str, values: Mapping[str, Any], *, locale: str, zone: str, channel: str) -> Rendered:
    for spoken in dict.fromkeys((locale, DEFAULT)):
        wording = built_in_wording(type, locale=spoken, channel=channel)
        try:
            if wording:
                return said(type, wording, values, locale=spoken, zone=zone, channel=channel)
        except TemplateFault as fault:
            log.error("built_in_template_failed", type=type, locale=spoken, reason=fault.message)
    # Better a bare message than none: the link still leads to the thing.
    words = words_of(locale)
    return Rendered(title=words.word("title", "unworded"), body=words.word("body", "unworded"))
