"""What runs by the clock: old entries and requests that have long been quiet are forgotten."""

from datetime import timedelta

from sqlalchemy import or_, select

from medianest_notifications.app import NotificationsApp
from medianest_notifications.models import Entry, Head
from medianest_notifications.repository import Entries, FollowedRequests

KEEP_FOR = timedelta(days=90)
KEEP_MOST = 1000
FOLLOW_FOR = timedelta(days=400)


async def forget_old(app: NotificationsApp) -> None:
    """One person at a time, so that no inbox is locked for long."""
    before = app.clock.now() - KEEP_FOR
    has_old = select(Entry.id).where(
        Entry.user_id == Head.user_id, or_(Entry.created_at < before, Entry.seq <= Head.head - KEEP_MOST)
    )
    async with app.db.read() as connection:
        people = (await connection.execute(select(Head.user_id).where(has_old.exists()))).scalars().all()
    for user_id in people:
        async with app.db.transaction() as tx:
            entries = Entries(tx.session)
            await entries.lock_head(user_id)
            await entries.forget(user_id, before=before, keep=KEEP_MOST)
    async with app.db.transaction() as tx:
        await FollowedRequests(tx.session).forget(before=app.clock.now() - FOLLOW_FOR)
