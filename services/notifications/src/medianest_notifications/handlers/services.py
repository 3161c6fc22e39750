"""How the services that the household uses are."""

from medianest_common.contracts.health import (
    IncidentEvent,
    MonitorDegraded,
    MonitorRecovered,
    MonitorWentDown,
)
from medianest_common.db import Transaction
from medianest_notifications import use_cases
from medianest_notifications.app import NotificationsApp
from medianest_notifications.handlers.base import handlers

_OUTAGES_SECONDS = 15.0


@handlers.on(MonitorWentDown, MonitorDegraded, MonitorRecovered)
async def incident_turned(event: IncidentEvent, app: NotificationsApp, tx: Transaction) -> None:
    await use_cases.announce_incident(app, tx, event)


@handlers.every(_OUTAGES_SECONDS)
async def tell_outages(app: NotificationsApp) -> None:
    await use_cases.tell_outages(app)
