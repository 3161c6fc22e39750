"""Tell those who have asked for a video what became of it, and administrators when the whole queue stands still."""

from uuid import UUID

from medianest_common.contracts.youtube.events import (
    BatchFailed,
    BatchIndexed,
    DownloadChange,
    QueuePaused,
    QueueResumed,
    SubscriptionFailed,
)
from medianest_common.db import Transaction
from medianest_notifications.app import NotificationsApp
from medianest_notifications.audience import Circle, recipients
from medianest_notifications.repository import Recipients
from medianest_notifications.use_cases.notify import notify
from medianest_notifications.wording import Notice
from medianest_notifications.wording_downloads import (
    about_batch,
    about_download,
    about_queue,
    about_subscription,
)


async def announce_download(
    app: NotificationsApp, tx: Transaction, event: DownloadChange, *, event_id: UUID
) -> None:
    """Those who have it as one of a list see it there: a list of a hundred makes no hundred notices."""
    for person in sorted(event.singly):
        await _tell(app, tx, person, about_download(event, person), event_id)


async def announce_list(
    app: NotificationsApp,
    tx: Transaction,
    event: BatchIndexed | BatchFailed | SubscriptionFailed,
    *,
    event_id: UUID,
) -> None:
    notice = about_subscription(event) if isinstance(event, SubscriptionFailed) else about_batch(event)
    await _tell(app, tx, event.user_id, notice, event_id)


async def announce_queue(
    app: NotificationsApp, tx: Transaction, event: QueuePaused | QueueResumed, *, event_id: UUID
) -> None:
    notice = about_queue(event)
    admins = await Recipients(tx.session).admins()
    audience = recipients(notice.type, Circle(admins=admins, actor=event.actor_id))
    await notify(app, tx, notice, to=audience, dedupe_key=event_id)


async def _tell(app: NotificationsApp, tx: Transaction, person: UUID, notice: Notice, event_id: UUID) -> None:
    gone = [person] if await Recipients(tx.session).has_left(person) else []
    audience = recipients(notice.type, Circle(requester=person, gone=gone))
    await notify(app, tx, notice, to=audience, dedupe_key=event_id)
