"""Reading and taking off the list: each has its effect once, and the unread count follows."""

from functools import partial
from uuid import UUID

from medianest_common.bus import require_caller
from medianest_common.contracts.base import Nothing
from medianest_common.contracts.notifications import (
    DismissNotification,
    InboxCount,
    MarkAllRead,
    MarkRead,
    MarkUnread,
)
from medianest_common.db import Transaction
from medianest_common.errors import NotFound
from medianest_notifications.app import NotificationsApp
from medianest_notifications.models import Entry, Head
from medianest_notifications.pins import pin_of, tell_pin
from medianest_notifications.repository import Entries
from medianest_notifications.use_cases.notify import tell_count


async def mark_read(app: NotificationsApp, command: MarkRead) -> Nothing:
    """Raises `NotFound` for an entry that is not there, or not the caller's."""
    async with app.db.transaction() as tx:
        head, entry = await own_entry(tx, command.id)
        if entry.read_at is None:
            entry.read_at = app.clock.now()
            _counted(app, tx, head, fewer=1)
    return Nothing()


async def mark_unread(app: NotificationsApp, command: MarkUnread) -> Nothing:
    """Raises `NotFound` like `mark_read`."""
    async with app.db.transaction() as tx:
        head, entry = await own_entry(tx, command.id)
        if entry.read_at is not None:
            entry.read_at = None
            _counted(app, tx, head, fewer=-1)
    return Nothing()


async def mark_all_read(app: NotificationsApp, command: MarkAllRead) -> InboxCount:
    """Only up to the entry the person has seen: what arrived meanwhile stays unread."""
    user_id = require_caller().user_id
    async with app.db.transaction() as tx:
        entries = Entries(tx.session)
        head = await entries.lock_head(user_id)
        if head is None:
            return InboxCount(unread=0, head=0)
        marked = await entries.mark_read(user_id, up_to=command.up_to, now=app.clock.now())
        _counted(app, tx, head, fewer=marked)
    return InboxCount(unread=head.unread, head=head.head)


async def dismiss_notification(app: NotificationsApp, command: DismissNotification) -> Nothing:
    """Raises `NotFound` like `mark_read`, and for an entry that was dismissed before."""
    async with app.db.transaction() as tx:
        head, entry = await own_entry(tx, command.id)
        was_pinned = entry.pinned_at is not None
        entry.dismissed_at, entry.pinned_at = app.clock.now(), None
        if was_pinned:
            tx.after_commit(partial(tell_pin, app.bus, head.user_id, pin_of(entry)))
        _counted(app, tx, head, fewer=1 if entry.read_at is None else 0)
    return Nothing()


async def own_entry(tx: Transaction, entry_id: UUID) -> tuple[Head, Entry]:
    """With the person's inbox locked. Raises `NotFound`, also for what was dismissed."""
    entries = Entries(tx.session)
    user_id = require_caller().user_id
    head = await entries.lock_head(user_id)
    entry = await entries.one(Entry.id == entry_id, Entry.user_id == user_id, Entry.dismissed_at.is_(None))
    if head is None or entry is None:
        raise NotFound("There is no such notification.")
    return head, entry


def _counted(app: NotificationsApp, tx: Transaction, head: Head, *, fewer: int) -> None:
    if fewer:
        head.unread -= fewer
        tx.after_commit(
            partial(tell_count, app.bus, head.user_id, InboxCount(unread=head.unread, head=head.head))
        )
