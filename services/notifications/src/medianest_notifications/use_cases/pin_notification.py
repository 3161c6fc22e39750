"""A person keeps an entry, however old it grows."""

from medianest_common.contracts.base import Nothing
from medianest_common.contracts.notifications import PinNotification, UnpinNotification
from medianest_common.errors import Conflict
from medianest_notifications.app import NotificationsApp
from medianest_notifications.repository import Entries
from medianest_notifications.use_cases.mark_read import own_entry

MOST_PINNED = 100


class TooManyPinned(Conflict):
    title = "You have pinned as many notifications as one person can"


async def pin_notification(app: NotificationsApp, command: PinNotification) -> Nothing:
    """Raises `NotFound` for an entry that is not there, or not the caller's, and `TooManyPinned`."""
    async with app.db.transaction() as tx:
        head, entry = await own_entry(tx, command.id)
        if entry.pinned_at is None:
            if await Entries(tx.session).count_pinned(head.user_id) >= MOST_PINNED:
                raise TooManyPinned("Take the pin off another one first.")
            entry.pinned_at = app.clock.now()
    return Nothing()


async def unpin_notification(app: NotificationsApp, command: UnpinNotification) -> Nothing:
    """Raises `NotFound` like `pin_notification`."""
    async with app.db.transaction() as tx:
        _, entry = await own_entry(tx, command.id)
        entry.pinned_at = None
    return Nothing()
