"""Tell how a service is: administrators at once, everyone else who may see it right after them."""

from typing import Any
from uuid import UUID

import structlog

from medianest_common.clock import uuid7
from medianest_common.contracts.health import IncidentEvent, MonitorState, Visibility
from medianest_common.contracts.notifications import NotificationType
from medianest_common.db import Transaction
from medianest_notifications import flapping
from medianest_notifications.app import NotificationsApp
from medianest_notifications.audience import AUDIENCES, Audience, Circle, recipients
from medianest_notifications.models import Outage
from medianest_notifications.repository import Recipients
from medianest_notifications.repository.outages import Outages
from medianest_notifications.use_cases.notify import notify
from medianest_notifications.use_cases.tell_many import will_tell
from medianest_notifications.wording_services import about_service, lasting

log = structlog.get_logger()

_AT_ONCE = 50
_TYPES = {
    MonitorState.DOWN: NotificationType.SERVICE_DOWN,
    MonitorState.UP: NotificationType.SERVICE_RECOVERED,
    MonitorState.DEGRADED: NotificationType.SERVICE_DEGRADED,
    MonitorState.AUTH: NotificationType.SERVICE_DEGRADED,
}


async def announce_incident(app: NotificationsApp, tx: Transaction, event: IncidentEvent) -> None:
    now = app.clock.now()
    outages = Outages(tx.session)
    outage = flapping.heard(await outages.of(event.monitor_id), event, now=now)
    if outage is None:
        return
    tx.session.add(outage)
    outage.due_at = flapping.due(outage, now=now)
    if outage.due_at == now:
        await _tell(app, tx, outage)


async def tell_outages(app: NotificationsApp) -> None:
    """Those that have waited, as they are by now."""
    async with app.db.transaction() as tx:
        due = await Outages(tx.session).due(now=app.clock.now(), most=_AT_ONCE)
    for monitor_id in due:
        try:
            await _tell_due(app, monitor_id)
        except Exception:
            log.exception("outage_not_told", monitor=str(monitor_id))
            await _put_off(app, monitor_id)


async def _tell_due(app: NotificationsApp, monitor_id: UUID) -> None:
    async with app.db.transaction() as tx:
        outage = await Outages(tx.session).of(monitor_id)
        if outage is None or outage.due_at is None or outage.due_at > app.clock.now():
            return  # Another replica was quicker, or it has turned meanwhile.
        if flapping.has_news(outage):
            await _tell(app, tx, outage)
        outage.due_at = None


async def _put_off(app: NotificationsApp, monitor_id: UUID) -> None:
    async with app.db.transaction() as tx:
        outage = await Outages(tx.session).of(monitor_id)
        if outage is not None:
            outage.due_at = app.clock.now() + flapping.STABLE_FOR


async def _tell(app: NotificationsApp, tx: Transaction, outage: Outage) -> None:
    state, telling_id = MonitorState(outage.state), uuid7()
    kind, values = _TYPES[state], _values(outage, state)
    admins = recipients(kind, Circle(admins=await Recipients(tx.session).admins()))
    notice = about_service(
        kind, values, monitor_id=outage.monitor_id, urgent=kind is NotificationType.SERVICE_DOWN
    )
    await notify(app, tx, notice, to=admins, dedupe_key=telling_id)
    was_down = outage.trouble == MonitorState.DOWN
    if Audience.EVERYONE in AUDIENCES[kind] and outage.visibility == Visibility.EVERYONE and was_down:
        will_tell(app, tx, kind, values | {"monitor_id": str(outage.monitor_id)}, {})
    flapping.told(outage, now=app.clock.now())


def _values(outage: Outage, state: MonitorState) -> dict[str, Any]:
    values: dict[str, Any] = {"name": outage.name, "reason": outage.reason}
    if state in (MonitorState.DEGRADED, MonitorState.AUTH):
        return values | {"state": state.value}
    values |= lasting(outage.since - outage.trouble_since) | {"times": outage.times}
    return values | {"was": outage.trouble} if state is MonitorState.UP else values
