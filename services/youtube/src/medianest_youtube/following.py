"""What somebody who follows a list wants of what is in it."""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from medianest_common.contracts.youtube import LinkKind
from medianest_common.contracts.youtube.subscriptions import Backfill
from medianest_youtube.models import ListEntry, Subscription
from medianest_youtube.taking import Taker
from medianest_youtube.worker.lines import Entry

_ROUGHLY = timedelta(days=2)
"""Lists tell the day of a video, if at all, as "2 days ago"."""


class End(StrEnum):
    """How far a look goes."""

    FEED = "feed"
    NEWEST = "newest"
    ALL = "all"


def is_old(
    subscription: Subscription,
    entry: Entry,
    *,
    ordinal: int,
    position: int,
    window: Collection[str] | None,
) -> bool:
    """It was there before, and what was there before is not wanted."""
    if subscription.backfill == Backfill.ALL:
        return False
    published = _moment(entry.published_at)
    if subscription.baseline is not None and ordinal > subscription.baseline:
        # An old video can be new in a playlist, but a channel that shows an old one again has nothing new.
        return (
            subscription.kind is LinkKind.CHANNEL
            and published is not None
            and published < subscription.since - _ROUGHLY
        )
    if published is not None and published >= subscription.since:
        return False
    if subscription.backfill == Backfill.NEW_ONLY:
        return True
    if window is not None:
        return entry.video_id not in window
    # A channel shows its newest first. Which are the newest of a playlist is known when all of it is.
    return subscription.kind is not LinkKind.CHANNEL or position >= (subscription.backfill_count or 0)


def taker_of(subscription: Subscription) -> Taker:
    assert subscription.list_id is not None
    return Taker(
        user_id=subscription.user_id,
        profile_id=subscription.profile_id,
        list_id=subscription.list_id,
        subscription_id=subscription.id,
    )


def entry_of(row: ListEntry) -> Entry:
    return Entry(video_id=row.video_id, title=row.title, duration_seconds=row.duration_seconds)


def _moment(timestamp: int | None) -> datetime | None:
    try:
        return None if timestamp is None else datetime.fromtimestamp(timestamp, UTC)
    except (OverflowError, ValueError, OSError):
        return None
