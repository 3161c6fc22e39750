"""What a client missed, or the plain word that it is too much to tell."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text

from medianest_common.bus import require_caller
from medianest_common.contracts.notifications import InboxReplay, Notification, ReplayInbox
from medianest_notifications.app import NotificationsApp
from medianest_notifications.mapping import as_notification
from medianest_notifications.models import Entry

MOST_MISSED = 500
MOST_AT_ONCE = 50
"""So that an answer stays well below what one message on the bus may hold."""

# One statement is one snapshot: epoch, head and entries belong together.
_REPLAY = text(f"""
    select epoch.value as epoch, coalesce(h.head, 0) as head, coalesce(h.unread, 0) as unread,
        {", ".join(f"e.{column.name}" for column in Entry.__table__.c)}
    from epoch
    left join heads h on h.user_id = :user_id
    left join entries e on e.user_id = :user_id and e.seq > :last_seq and e.seq <= h.head
        and h.head - :last_seq <= :most and epoch.value = :epoch
    order by e.seq
    limit :most_at_once
""")  # noqa: S608


async def replay_inbox(app: NotificationsApp, query: ReplayInbox) -> InboxReplay:
    """What follows `last_seq`, or a gap; whoever named no position has missed nothing.

    Where the last entry is not yet the head, there is more: ask again from there.
    """
    user_id = require_caller().user_id
    rows = await _read(app, user_id, query)
    epoch, head, unread = rows[0].epoch, rows[0].head, rows[0].unread
    items = [as_notification(row) for row in rows if row.id is not None]
    gap = query.last_seq is not None and (
        query.epoch != epoch or not _follows(items, query.last_seq, head=head)
    )
    return InboxReplay(epoch=epoch, head=head, unread=unread, gap=gap, items=[] if gap else items)


def _follows(items: Sequence[Notification], last_seq: int, *, head: int) -> bool:
    """False when too much was missed, when it was forgotten meanwhile, and for positions that never were."""
    wanted = range(last_seq + 1, min(head, last_seq + MOST_AT_ONCE) + 1)
    return last_seq <= head and [entry.seq for entry in items] == list(wanted)


async def _read(app: NotificationsApp, user_id: UUID, query: ReplayInbox) -> Sequence[Any]:
    # Without a position nothing is above 2**53, which no sequence reaches.
    last_seq = 2**53 if query.last_seq is None else query.last_seq
    parameters = {"user_id": user_id, "last_seq": last_seq, "most": MOST_MISSED, "epoch": query.epoch}
    parameters["most_at_once"] = MOST_AT_ONCE
    async with app.db.read() as connection:
        return (await connection.execute(_REPLAY, parameters)).all()
