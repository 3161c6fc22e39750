"""A person keeps an entry, however old it grows."""

from functools import partial

from medianest_common.contracts.base import Nothing
from medianest_common.contracts.notifications import PinNotification, UnpinNotification
from medianest_common.errors import Conflict
from medianest_notifications.app import NotificationsApp
from medianest_notifications.pins import pin_of, tell_pin
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
            tx.after_commit(partial(tell_pin, app.bus, head.user_id, pin_of(entry)))
    return Nothing()


async def unpin_notification(app: NotificationsApp, command: UnpinNotification) -> Nothing:
    """Raises `NotFound` like `pin_notification`."""
    async with app.db.transaction() as tx:
        head, entry = await own_entry(tx, command.id)
        if entry.pinned_at is not None:
            entry.pinned_at = None
            tx.after_commit(partial(tell_pin, app.bus, head.user_id, pin_of(entry)))
    return Nothing()
