from medianest_common.bus import require_caller
from medianest_common.contracts.base import Page
from medianest_common.contracts.notifications import ListNotifications, Notification
from medianest_common.paging import decode_cursor, encode_cursor
from medianest_notifications.app import NotificationsApp
from medianest_notifications.mapping import as_notification
from medianest_notifications.repository import page_of

_ORDER = "inbox"


async def list_notifications(app: NotificationsApp, query: ListNotifications) -> Page[Notification]:
    """The caller's inbox, newest first, without what was dismissed, or that alone."""
    caller = require_caller()
    below = decode_cursor(query.cursor, _ORDER, int)[0] if query.cursor else None
    async with app.db.read() as connection:
        rows = await page_of(
            connection,
            caller.user_id,
            unread=query.unread,
            pinned=query.pinned,
            dismissed=query.dismissed,
            type=query.type,
            below=below,
            limit=query.limit,
        )
    items = [as_notification(row) for row in rows[: query.limit]]
    more = len(rows) > query.limit
    return Page(items=items, next_cursor=encode_cursor(_ORDER, items[-1].seq) if more else None)
