"""A broadcast is over, because it was withdrawn or has expired: it leaves the inboxes, and goes to no channel."""

from functools import partial
from uuid import UUID

from medianest_common.bus import require
from medianest_common.contracts.base import Nothing
from medianest_common.contracts.identity import Permission
from medianest_common.contracts.notifications import InboxCount, InboxPin
from medianest_common.contracts.notifications.broadcasts import (
    BroadcastEnded,
    BroadcastState,
    RetractBroadcast,
    WithdrawBroadcast,
)
from medianest_common.db import Transaction
from medianest_common.errors import NotFound
from medianest_notifications.app import NotificationsApp
from medianest_notifications.pins import tell_pin
from medianest_notifications.repository.broadcasts import Broadcasts
from medianest_notifications.use_cases.notify import tell_count

AT_ONCE = 500
_BEFORE_ALL = UUID(int=0)


async def withdraw_broadcast(app: NotificationsApp, command: WithdrawBroadcast) -> Nothing:
    """Twice is once."""
    by = require(Permission.BROADCAST)
    async with app.db.transaction() as tx:
        if await Broadcasts(tx.session).get(command.id) is None:
            raise NotFound("There is no such broadcast.")
        if await _end(tx, command.id):
            tx.emit(BroadcastEnded(broadcast_id=command.id, actor_id=by.user_id))
    return Nothing()


async def end_expired(app: NotificationsApp) -> None:
    async with app.db.transaction() as tx:
        expired = await Broadcasts(tx.session).expired(now=app.clock.now())
    for broadcast_id in expired:
        async with app.db.transaction() as tx:
            await _end(tx, broadcast_id)


async def retract_broadcast(app: NotificationsApp, job: RetractBroadcast) -> None:
    """Begins anew after a restart: what has been taken back is passed over."""
    above = _BEFORE_ALL
    while True:
        async with app.db.transaction() as tx:
            rows = await Broadcasts(tx.session).take_back(
                job.broadcast_id, above=above, limit=AT_ONCE, now=app.clock.now()
            )
            for row in rows:
                if row.unread is not None:
                    count = InboxCount(unread=row.unread, head=row.head)
                    tx.after_commit(partial(tell_count, app.bus, row.user_id, count))
                if row.was_pinned:
                    off = InboxPin(id=row.id, seq=row.seq, pinned_at=None, notification=None)
                    tx.after_commit(partial(tell_pin, app.bus, row.user_id, off))
        if len(rows) < AT_ONCE:
            return
        above = rows[-1].user_id


async def _end(tx: Transaction, broadcast_id: UUID) -> bool:
    """Whether it was not over before."""
    broadcast = await Broadcasts(tx.session).get(broadcast_id, lock=True)
    if broadcast is None or broadcast.state is BroadcastState.ENDED:
        return False
    broadcast.state = BroadcastState.ENDED
    tx.enqueue(RetractBroadcast(broadcast_id=broadcast_id))
    return True
