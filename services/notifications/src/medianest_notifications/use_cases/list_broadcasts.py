"""What was told to many, how many have it, and how many have read it."""

from typing import Any
from uuid import UUID

from medianest_common.bus import require
from medianest_common.contracts.base import Page
from medianest_common.contracts.identity import Permission
from medianest_common.contracts.notifications.broadcasts import (
    Addressees,
    Broadcast,
    BroadcastReach,
    CountAddressees,
    GetBroadcast,
    ListBroadcasts,
)
from medianest_common.errors import NotFound
from medianest_common.paging import decode_cursor, encode_cursor
from medianest_notifications.app import NotificationsApp
from medianest_notifications.repository.broadcasts import (
    one_broadcast,
    page_of_broadcasts,
    reach_of,
    readers_of,
)
from medianest_notifications.wording import SOMEBODY

_ORDER = "broadcasts"


async def list_broadcasts(app: NotificationsApp, query: ListBroadcasts) -> Page[Broadcast]:
    """Newest first."""
    require(Permission.BROADCAST)
    below = decode_cursor(query.cursor, _ORDER, UUID)[0] if query.cursor else None
    async with app.db.read() as connection:
        rows = await page_of_broadcasts(connection, below=below, limit=query.limit)
        page = rows[: query.limit]
        read = await readers_of(connection, [row.id for row in page])
    items = [shown_broadcast(row, read=read.get(row.id, 0)) for row in page]
    more = len(rows) > query.limit
    return Page(items=items, next_cursor=encode_cursor(_ORDER, items[-1].id) if more else None)


async def get_broadcast(app: NotificationsApp, query: GetBroadcast) -> Broadcast:
    require(Permission.BROADCAST)
    async with app.db.read() as connection:
        row = await one_broadcast(connection, query.id)
        if row is None:
            raise NotFound("There is no such broadcast.")
        read = await readers_of(connection, [query.id])
    return shown_broadcast(row, read=read.get(query.id, 0))


async def count_addressees(app: NotificationsApp, query: CountAddressees) -> BroadcastReach:
    """Whom it would reach now: nobody who is suspended or has left."""
    require(Permission.BROADCAST)
    to = Addressees(audience=query.audience, role=query.role, user_ids=query.user_ids)
    async with app.db.read() as connection:
        return BroadcastReach(people=await reach_of(connection, to))


def shown_broadcast(row: Any, *, read: int) -> Broadcast:
    return Broadcast(
        id=row.id,
        audience=row.audience,
        role=row.role,
        user_ids=row.user_ids,
        title=row.title,
        body=row.body,
        link=row.link,
        urgency=row.urgency,
        pinned=row.pinned,
        state=row.state,
        sent_by=row.author_name or SOMEBODY,
        reached=row.reached,
        read=read,
        created_at=row.created_at,
        expires_at=row.expires_at,
    )
