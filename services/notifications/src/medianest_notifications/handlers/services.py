"""How the services that the household uses are."""

from medianest_common.contracts.health import (
    CertificateExpiring,
    IncidentEvent,
    MonitorDegraded,
    MonitorRecovered,
    MonitorStillDown,
    MonitorUnwatched,
    MonitorWentDown,
)
from medianest_common.contracts.health.queues import DeadLetterFound
from medianest_common.contracts.health.webhooks import (
    DownloadStuck,
    SystemComplained,
    SystemEvent,
    SystemRecovered,
)
from medianest_common.db import Transaction
from medianest_notifications import use_cases
from medianest_notifications.app import NotificationsApp
from medianest_notifications.handlers.base import event_id, handlers


@handlers.on(MonitorWentDown, MonitorDegraded, MonitorStillDown, MonitorRecovered, MonitorUnwatched)
async def incident_turned(event: IncidentEvent, app: NotificationsApp, tx: Transaction) -> None:
    await use_cases.announce_incident(app, tx, event)


@handlers.on(CertificateExpiring)
async def certificate_expires(event: CertificateExpiring, app: NotificationsApp, tx: Transaction) -> None:
    await use_cases.announce_certificate(app, tx, event)


@handlers.on(SystemComplained, SystemRecovered)
async def system_complained(event: SystemEvent, app: NotificationsApp, tx: Transaction) -> None:
    await use_cases.announce_complaints(app, tx, event, event_id=event_id())


@handlers.on(DownloadStuck)
async def download_stuck(event: DownloadStuck, app: NotificationsApp, tx: Transaction) -> None:
    await use_cases.announce_stuck_download(app, tx, event, event_id=event_id())


@handlers.on(DeadLetterFound)
async def dead_letters_found(event: DeadLetterFound, app: NotificationsApp, tx: Transaction) -> None:
    await use_cases.announce_dead_letters(app, tx, event)
