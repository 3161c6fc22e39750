"""Which videos of a list are taken, and why the others are not."""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from medianest_youtube.worker.lines import Entry

_SHORT_SECONDS = 60
"""For a short whose length a list does not tell."""
_MEMBERS_ONLY = frozenset(["subscriber_only", "premium_only", "needs_auth"])


class Skip(StrEnum):
    """Why a video of a list is not downloaded. People see how many of each."""

    ALREADY_THERE = "already_there"
    PRIVATE = "private"
    REMOVED = "removed"
    MEMBERS_ONLY = "members_only"
    UPCOMING = "upcoming"
    LIVE = "live"
    TITLE_EXCLUDED = "title_excluded"
    TITLE_NOT_INCLUDED = "title_not_included"
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    TOMBSTONE = "tombstone"
    OLDER_THAN_START = "older_than_start"
    QUOTA = "quota"


PARKED = frozenset([Skip.UPCOMING, Skip.LIVE])
"""It can be had later."""


def hindrance(entry: Entry, *, signed_in: bool = False) -> Skip | None:
    """What the list itself tells. `signed_in`: there are the cookies of an account, which may be a member's."""
    if entry.availability == "private":
        return Skip.PRIVATE
    if entry.availability in _MEMBERS_ONLY and not signed_in:
        return Skip.MEMBERS_ONLY
    if entry.live_status == "is_upcoming":
        return Skip.UPCOMING
    if entry.live_status in ("is_live", "post_live"):
        return Skip.LIVE
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What somebody who follows a list does not want. A length that is not known refuses nothing."""

    includes: Sequence[str] = ()
    excludes: Sequence[str] = ()
    min_seconds: int | None = None
    max_seconds: int | None = None

    def refuses(self, entry: Entry) -> Skip | None:
        title = _plain(entry.title)
        if _any_of(self.excludes, title):
            return Skip.TITLE_EXCLUDED
        if self.includes and not _any_of(self.includes, title):
            return Skip.TITLE_NOT_INCLUDED
        seconds = entry.duration_seconds
        if seconds is None and entry.short:
            seconds = _SHORT_SECONDS
        if seconds is None:
            return None
        if self.min_seconds is not None and seconds < self.min_seconds:
            return Skip.TOO_SHORT
        if self.max_seconds is not None and seconds > self.max_seconds:
            return Skip.TOO_LONG
        return None


def _any_of(phrases: Iterable[str], title: str) -> bool:
    return any(plain in title for phrase in phrases if (plain := _plain(phrase)))


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
