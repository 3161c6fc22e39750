"""What runs by the clock: old entries and requests that have long been quiet are forgotten."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import or_, select

from medianest_notifications.app import NotificationsApp
from medianest_notifications.models import Entry, Head, Mute
from medianest_notifications.repository import Entries, FollowedRequests
from medianest_notifications.repository.codes import CodeSends
from medianest_notifications.repository.news import Arrivals
from medianest_notifications.repository.preferences import Mutes

KEEP_FOR = timedelta(days=90)
KEEP_MOST = 1000
AT_ONCE = 1000
FOLLOW_FOR = timedelta(days=400)
REMEMBER_FOR = timedelta(days=400)
"""What was in a library and comes back within this time is no news."""
MATCHED_WITHIN = timedelta(days=1)
"""So long Plex has to find out which title something is, for it to be news then."""


async def forget_old(app: NotificationsApp) -> None:
    """A batch of one person's at a time, so that no inbox is locked for long. Who comes back to a position below what
    went is told of the gap, since what follows it is no longer there."""
    now = app.clock.now()
    has_old = select(Entry.id).where(
        Entry.user_id == Head.user_id,
        Entry.pinned_at.is_(None),
        or_(Entry.created_at < now - KEEP_FOR, Entry.seq <= Head.head - KEEP_MOST),
    )
    async with app.db.read() as connection:
        people = (await connection.execute(select(Head.user_id).where(has_old.exists()))).scalars().all()
    for user_id in people:
        while await _forget_some(app, user_id) == AT_ONCE:
            pass
    async with app.db.transaction() as tx:
        await Mutes(tx.session).delete(Mute.until < now)
        await CodeSends(tx.session).forget(now=now)
        await FollowedRequests(tx.session).forget(before=now - FOLLOW_FOR)
        await Arrivals(tx.session).forget(before=now - REMEMBER_FOR, unmatched_before=now - MATCHED_WITHIN)


async def _forget_some(app: NotificationsApp, user_id: UUID) -> int:
    async with app.db.transaction() as tx:
        entries = Entries(tx.session)
        await entries.lock_head(user_id)
        before = app.clock.now() - KEEP_FOR
        return await entries.forget(user_id, before=before, keep=KEEP_MOST, most=AT_ONCE)
