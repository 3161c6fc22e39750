"""Tell how a service is: administrators at once, everyone else who may see it right after them. What comes and goes is
damped where it is watched; here each turn is told once, and none that a later one has overtaken."""

from typing import Any

from medianest_common.clock import uuid7
from medianest_common.contracts.health import (
    CertificateExpiring,
    IncidentEvent,
    MonitorDegraded,
    MonitorEvent,
    MonitorRecovered,
    MonitorState,
    MonitorStillDown,
    MonitorUnwatched,
    MonitorWentDown,
    Visibility,
)
from medianest_common.contracts.health.queues import DeadLetterFound
from medianest_common.contracts.notifications import NotificationType
from medianest_common.db import Transaction
from medianest_notifications.app import NotificationsApp
from medianest_notifications.audience import AUDIENCES, Audience, Circle, recipients
from medianest_notifications.repository import Recipients
from medianest_notifications.repository.outages import Outages
from medianest_notifications.use_cases.notify import notify
from medianest_notifications.use_cases.tell_many import will_tell
from medianest_notifications.wording import Notice
from medianest_notifications.wording_services import (
    about_certificate,
    about_dead_letters,
    about_service,
    lasting,
)

_TYPES: dict[type[MonitorEvent], NotificationType] = {
    MonitorWentDown: NotificationType.SERVICE_DOWN,
    MonitorStillDown: NotificationType.SERVICE_STILL_DOWN,
    MonitorDegraded: NotificationType.SERVICE_DEGRADED,
    MonitorRecovered: NotificationType.SERVICE_RECOVERED,
    MonitorUnwatched: NotificationType.SERVICE_RECOVERED,
}


async def announce_incident(app: NotificationsApp, tx: Transaction, event: IncidentEvent) -> None:
    if not await Outages(tx.session).hear(event.monitor_id, told_at=event.told_at or event.at):
        return
    kind, values = _TYPES[type(event)], _values(event)
    is_urgent = kind is NotificationType.SERVICE_DOWN
    notice = about_service(kind, values, monitor_id=event.monitor_id, urgent=is_urgent)
    await _tell_admins(app, tx, notice)
    is_for_all = Audience.EVERYONE in AUDIENCES[kind] and event.visibility is Visibility.EVERYONE
    if is_for_all and _was_down(event):
        will_tell(app, tx, kind, values | {"monitor_id": str(event.monitor_id)}, {})


async def announce_certificate(app: NotificationsApp, tx: Transaction, event: CertificateExpiring) -> None:
    await _tell_admins(app, tx, about_certificate(event))


async def announce_dead_letters(app: NotificationsApp, tx: Transaction, event: DeadLetterFound) -> None:
    await _tell_admins(app, tx, about_dead_letters(event))


async def _tell_admins(app: NotificationsApp, tx: Transaction, notice: Notice) -> None:
    admins = recipients(notice.type, Circle(admins=await Recipients(tx.session).admins()))
    await notify(app, tx, notice, to=admins, dedupe_key=uuid7())


def _was_down(event: IncidentEvent) -> bool:
    return not isinstance(event, MonitorRecovered | MonitorUnwatched) or event.worst is MonitorState.DOWN


def _values(event: IncidentEvent) -> dict[str, Any]:
    values: dict[str, Any] = {"name": event.monitor_name, "reason": event.reason}
    told_at = event.told_at or event.at
    match event:
        case MonitorDegraded():
            return values | {"state": event.state.value}
        case MonitorUnwatched():
            return values | {"was": "unwatched"}
        case MonitorRecovered():
            lasted = lasting(event.at - event.since)
            return values | lasted | {"times": event.times, "was": event.worst.value}
        case MonitorWentDown():
            return values | lasting(told_at - event.since) | {"times": event.times}
    return values | lasting(told_at - event.since)
