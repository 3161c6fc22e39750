"""What a client missed, or the plain word that it is too much to tell."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text

from medianest_common.bus import require_caller
from medianest_common.contracts.notifications import InboxReplay, ReplayInbox
from medianest_notifications.app import NotificationsApp
from medianest_notifications.mapping import as_notification

MOST_REPLAYED = 500

# One statement is one snapshot: epoch, head and entries belong together.
_REPLAY = text("""
    select epoch.value as epoch, coalesce(h.head, 0) as head, coalesce(h.unread, 0) as unread, e.*
    from epoch
    left join heads h on h.user_id = :user_id
    left join entries e on e.user_id = :user_id and e.seq > :last_seq and e.seq <= h.head
        and h.head - :last_seq <= :most and epoch.value = :epoch
    order by e.seq
""")


async def replay_inbox(app: NotificationsApp, query: ReplayInbox) -> InboxReplay:
    """A client that names no position has missed nothing. Never a part without saying so: all of it, or a gap."""
    user_id = require_caller().user_id
    rows = await _read(app, user_id, query)
    epoch, head, unread = rows[0].epoch, rows[0].head, rows[0].unread
    items = [as_notification(row) for row in rows if row.id is not None]
    gap = query.last_seq is not None and (query.epoch != epoch or len(items) != head - query.last_seq)
    return InboxReplay(epoch=epoch, head=head, unread=unread, gap=gap, items=[] if gap else items)


async def _read(app: NotificationsApp, user_id: UUID, query: ReplayInbox) -> Sequence[Any]:
    # Without a position nothing is above 2**53, which no sequence reaches.
    last_seq = 2**53 if query.last_seq is None else query.last_seq
    parameters = {"user_id": user_id, "last_seq": last_seq, "most": MOST_REPLAYED, "epoch": query.epoch}
    async with app.db.read() as connection:
        return (await connection.execute(_REPLAY, parameters)).all()
