from base64 import urlsafe_b64decode, urlsafe_b64encode

from medianest_common.bus import require_caller
from medianest_common.contracts.base import Page
from medianest_common.contracts.notifications import ListNotifications, Notification
from medianest_common.errors import Invalid
from medianest_notifications.app import NotificationsApp
from medianest_notifications.mapping import as_notification
from medianest_notifications.repository import page_of


async def list_notifications(app: NotificationsApp, query: ListNotifications) -> Page[Notification]:
    """The caller's inbox, newest first, without what was dismissed."""
    caller = require_caller()
    below = _place_of(query.cursor) if query.cursor else None
    async with app.db.read() as connection:
        rows = await page_of(
            connection,
            caller.user_id,
            unread=query.unread,
            type=query.type,
            below=below,
            limit=query.limit,
        )
    items = [as_notification(row) for row in rows[: query.limit]]
    more = len(rows) > query.limit
    return Page(items=items, next_cursor=_cursor_after(items[-1]) if more else None)


def _cursor_after(entry: Notification) -> str:
    return urlsafe_b64encode(str(entry.seq).encode()).decode().rstrip("=")


def _place_of(cursor: str) -> int:
    try:
        return int(urlsafe_b64decode(cursor + "==="))
    except ValueError:
        raise Invalid("This cursor was not made here. Start again from the first page.") from None
