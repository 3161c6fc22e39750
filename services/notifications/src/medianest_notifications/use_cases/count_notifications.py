from sqlalchemy import select

from medianest_common.bus import require_caller
from medianest_common.contracts.notifications import InboxCount
from medianest_notifications.app import NotificationsApp
from medianest_notifications.models import Head


async def count_notifications(app: NotificationsApp) -> InboxCount:
    """Kept, not counted: one row whatever the inbox holds."""
    statement = select(Head.unread, Head.head).where(Head.user_id == require_caller().user_id)
    async with app.db.read() as connection:
        row = (await connection.execute(statement)).first()
    return InboxCount(unread=row.unread, head=row.head) if row else InboxCount(unread=0, head=0)
