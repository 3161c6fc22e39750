from sqlalchemy import select

from medianest_common.contracts.notifications import InboxHeads, ReadInboxHeads
from medianest_notifications.app import NotificationsApp
from medianest_notifications.models import Epoch, Head


async def read_inbox_heads(app: NotificationsApp, query: ReadInboxHeads) -> InboxHeads:
    """For the gateway itself, which asks on behalf of nobody."""
    heads = select(Epoch.value, Head.user_id, Head.head).outerjoin(Head, Head.user_id.in_(query.user_ids))
    async with app.db.read() as connection:
        rows = (await connection.execute(heads)).all()
    return InboxHeads(epoch=rows[0].value, heads={row.user_id: row.head for row in rows if row.user_id})
