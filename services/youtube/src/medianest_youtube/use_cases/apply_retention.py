"""What subscriptions keep no longer goes: the oldest first, never what is pinned or wanted by somebody else."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import select, text

from medianest_youtube.app import YoutubeApp
from medianest_youtube.models import Subscription
from medianest_youtube.use_cases.end_downloads import end_later

log = structlog.get_logger()

# Pinned ones count for nothing. What another subscription of the same person keeps for ever stays, too: both lists
# share one download, which belongs to whichever found the video first.
_STORED = text("""
    select d.id, coalesce(a.size, 0) as size, a.stored_at
    from downloads d join assets a on a.id = d.asset_id
    where d.subscription_id = :id and d.ended_at is null
        and a.status in ('importing', 'ready') and not a.pinned and a.stored_at is not null
        and not exists (
            select from subscriptions o
            join list_entries e on e.list_id = o.list_id and e.video_id = a.video_id and e.gone_at is null
            where o.user_id = d.user_id and o.id <> d.subscription_id and o.profile_id = a.profile_id
                and o.keep_days is null and o.keep_count is null and o.keep_bytes is null
        )
    order by coalesce(a.published_on, a.stored_at::date) desc, a.stored_at desc, a.id desc
""")


@dataclass(frozen=True, slots=True)
class Stored:
    download_id: UUID
    size: int
    stored_at: datetime


async def apply_retention(app: YoutubeApp) -> None:
    async with app.db.transaction() as tx:
        limited = select(Subscription).where(
            Subscription.keep_days.is_not(None)
            | Subscription.keep_count.is_not(None)
            | Subscription.keep_bytes.is_not(None)
        )
        for subscription in (await tx.session.scalars(limited.order_by(Subscription.id))).all():
            found = await tx.session.execute(_STORED, {"id": subscription.id})
            newest_first = [Stored(row.id, row.size, row.stored_at) for row in found]
            going = beyond(
                newest_first,
                now=app.clock.now(),
                days=subscription.keep_days,
                count=subscription.keep_count,
                most_bytes=subscription.keep_bytes,
            )
            if going:
                log.info("retention", subscription_id=str(subscription.id), videos=len(going))
                end_later(tx, going, files=True, why="retention", by=subscription.user_id)


def beyond(
    newest_first: Sequence[Stored],
    *,
    now: datetime,
    days: int | None = None,
    count: int | None = None,
    most_bytes: int | None = None,
) -> list[UUID]:
    """Those that one of the rules does not keep, the oldest first. Days are those since the download."""
    going, kept, taken = [], 0, 0
    full = False
    for each in newest_first:
        too_old = days is not None and now - each.stored_at > timedelta(days=days)
        full = full or (most_bytes is not None and taken + each.size > most_bytes)
        if too_old or full or (count is not None and kept >= count):
            going.append(each.download_id)
            continue
        kept, taken = kept + 1, taken + each.size
    return going[::-1]
