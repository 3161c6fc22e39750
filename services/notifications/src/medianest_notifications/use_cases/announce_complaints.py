"""Tell administrators what systems complain of and cannot do without them. It is damped where it is heard."""

from uuid import UUID

from medianest_common.contracts.health.webhooks import DownloadStuck, SystemEvent
from medianest_common.db import Transaction
from medianest_notifications.app import NotificationsApp
from medianest_notifications.audience import Circle, recipients
from medianest_notifications.repository import Recipients
from medianest_notifications.repository.outages import Outages
from medianest_notifications.use_cases.notify import notify
from medianest_notifications.wording import Notice
from medianest_notifications.wording_complaints import about_complaints, about_stuck_download, system_of


async def announce_complaints(
    app: NotificationsApp, tx: Transaction, event: SystemEvent, *, event_id: UUID
) -> None:
    """Unless a later one has overtaken it."""
    if event.complaints and await Outages(tx.session).hear(system_of(event), told_at=event.at):
        await _tell_admins(app, tx, about_complaints(event), event_id=event_id)


async def announce_stuck_download(
    app: NotificationsApp, tx: Transaction, event: DownloadStuck, *, event_id: UUID
) -> None:
    await _tell_admins(app, tx, about_stuck_download(event), event_id=event_id)


async def _tell_admins(app: NotificationsApp, tx: Transaction, notice: Notice, *, event_id: UUID) -> None:
    admins = recipients(notice.type, Circle(admins=await Recipients(tx.session).admins()))
    await notify(app, tx, notice, to=admins, dedupe_key=event_id)
