"""Write a broadcast into inboxes, some at a time, so that nobody's inbox is locked for long and a restart goes on
where it had got to."""

from uuid import UUID

from medianest_common.contracts.notifications import NotificationType
from medianest_common.contracts.notifications.broadcasts import BroadcastState, SpreadBroadcast
from medianest_notifications.app import NotificationsApp
from medianest_notifications.models import Broadcast
from medianest_notifications.repository.broadcasts import Broadcasts
from medianest_notifications.use_cases.notify import notify
from medianest_notifications.wording import Notice

AT_ONCE = 500


async def spread_broadcast(app: NotificationsApp, job: SpreadBroadcast) -> None:
    while await _spread_some(app, job.broadcast_id):
        pass


async def _spread_some(app: NotificationsApp, broadcast_id: UUID) -> bool:
    """Whether there may be more. A second worker waits at the row, and goes on behind the first."""
    async with app.db.transaction() as tx:
        broadcasts = Broadcasts(tx.session)
        broadcast = await broadcasts.get(broadcast_id, lock=True)
        now = app.clock.now()
        if broadcast is None or broadcast.state is not BroadcastState.SENDING:
            return False
        if broadcast.expires_at is not None and broadcast.expires_at <= now:
            return False
        people = await broadcasts.next_people(broadcast, limit=AT_ONCE)
        if people:
            await notify(app, tx, about_broadcast(broadcast), to=people, dedupe_key=broadcast.id)
            await broadcasts.shorten_deliveries(broadcast, people)
            broadcast.reached += len(people)
            broadcast.reached_up_to = people[-1]
        if len(people) < AT_ONCE:
            broadcast.state = BroadcastState.SENT
        return len(people) == AT_ONCE


def about_broadcast(broadcast: Broadcast) -> Notice:
    return Notice(
        type=NotificationType.BROADCAST,
        link=broadcast.link,
        values={"title": broadcast.title, "message": broadcast.body},
        data={"broadcastId": str(broadcast.id)},
        urgency=broadcast.urgency,
        pinned=broadcast.pinned,
    )
