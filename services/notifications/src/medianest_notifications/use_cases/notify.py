"""Put a notice into people's inboxes, and tell their open sockets once it is really there."""

from collections.abc import Iterable, Sequence
from functools import partial
from uuid import UUID

from medianest_common.bus import Bus
from medianest_common.clock import uuid7
from medianest_common.contracts.live import EventFrame, LiveFrame
from medianest_common.contracts.notifications import InboxCount, push_subject
from medianest_common.db import Transaction
from medianest_notifications.app import NotificationsApp
from medianest_notifications.mapping import as_notification
from medianest_notifications.models import Entry
from medianest_notifications.repository import Entries
from medianest_notifications.wording import Notice

COUNTED = "inbox.counted"
"""The live frame that keeps a person's other tabs and devices in step."""


async def notify(
    app: NotificationsApp, tx: Transaction, notice: Notice, *, to: Iterable[UUID], dedupe_key: UUID
) -> None:
    """Twice with the same `dedupe_key` is once. Inboxes are locked in the order given, so it has to be a fixed one."""
    recipients = {user_id: uuid7() for user_id in to}
    if not recipients:
        return
    entries = await Entries(tx.session).deliver(
        notice, to=recipients, dedupe_key=dedupe_key, now=app.clock.now()
    )
    if entries:
        tx.after_commit(partial(_push, app.bus, entries))


async def tell_count(bus: Bus, user_id: UUID, count: InboxCount) -> None:
    frame = LiveFrame(key="inbox", type=COUNTED, data=count.model_dump())
    await bus.publish_live(push_subject(user_id), frame.model_dump_json().encode())


async def _push(bus: Bus, entries: Sequence[Entry]) -> None:
    for entry in entries:
        frame = EventFrame.of(as_notification(entry))
        await bus.publish_live(push_subject(entry.user_id), frame.model_dump_json().encode())
