"""What administrators change in other services, for the audit log."""

from medianest_auth.app import AuthApp
from medianest_auth.handlers.base import handlers
from medianest_common.contracts import gateway as of_gateway
from medianest_common.contracts.decided import Decided
from medianest_common.contracts.health.decided import (
    IncidentDecided,
    InternalsDecided,
    MaintenanceDecided,
    MonitorDecided,
    MonitorGroupDecided,
    PageDecided,
)
from medianest_common.contracts.media import decided as of_media
from medianest_common.contracts.media.defaults import DefaultsChanged
from medianest_common.contracts.media.importing import ImportedPersonErased
from medianest_common.contracts.notifications import decided as of_notifications
from medianest_common.contracts.notifications.broadcasts import BroadcastEnded, BroadcastSent
from medianest_common.contracts.notifications.templates import TemplateChanged
from medianest_common.contracts.plex import decided as of_plex
from medianest_common.contracts.youtube import decided as of_youtube
from medianest_common.db import Transaction


@handlers.on(
    of_gateway.AdminDecided,
    of_media.AdminDecided,
    of_notifications.AdminDecided,
    of_plex.AdminDecided,
    of_youtube.AdminDecided,
)
async def on_admin_decided(event: Decided, app: AuthApp, tx: Transaction) -> None:
    app.audit.record(tx, event.action, actor_id=event.actor_id, target=event.about)


@handlers.on(DefaultsChanged)
async def on_defaults_changed(event: DefaultsChanged, app: AuthApp, tx: Transaction) -> None:
    app.audit.record(
        tx,
        "request_defaults_change",
        actor_id=event.actor_id,
        target=f"request_defaults:{event.media_type.value}",
    )


@handlers.on(ImportedPersonErased)
async def on_imported_person_erased(event: ImportedPersonErased, app: AuthApp, tx: Transaction) -> None:
    app.audit.record(
        tx, "imported_person_erase", actor_id=event.actor_id, target=f"imported_person:{event.kept_as}"
    )


@handlers.on(TemplateChanged)
async def on_template_changed(event: TemplateChanged, app: AuthApp, tx: Transaction) -> None:
    app.audit.record(
        tx,
        "template_reset" if event.version is None else "template_change",
        actor_id=event.actor_id,
        target=f"template:{event.notification.value}/{event.locale.value}/{event.channel.value}",
    )


@handlers.on(BroadcastSent)
async def on_broadcast_sent(event: BroadcastSent, app: AuthApp, tx: Transaction) -> None:
    app.audit.record(tx, "broadcast", actor_id=event.actor_id, target=f"broadcast:{event.broadcast_id}")


@handlers.on(BroadcastEnded)
async def on_broadcast_ended(event: BroadcastEnded, app: AuthApp, tx: Transaction) -> None:
    app.audit.record(
        tx, "broadcast_withdraw", actor_id=event.actor_id, target=f"broadcast:{event.broadcast_id}"
    )


@handlers.on(MonitorDecided)
async def on_monitor_decided(event: MonitorDecided, app: AuthApp, tx: Transaction) -> None:
    app.audit.record(
        tx,
        f"monitor_{event.decision.value}",
        actor_id=event.actor_id,
        target=f"monitor:{event.monitor_id}",
    )


@handlers.on(PageDecided)
async def on_page_decided(event: PageDecided, app: AuthApp, tx: Transaction) -> None:
    app.audit.record(
        tx,
        f"status_page_{event.decision.value}",
        actor_id=event.actor_id,
        target=f"status_page:{event.page_id}",
    )


@handlers.on(MaintenanceDecided)
async def on_maintenance_decided(event: MaintenanceDecided, app: AuthApp, tx: Transaction) -> None:
    app.audit.record(
        tx,
        f"maintenance_{event.decision.value}",
        actor_id=event.actor_id,
        target=f"maintenance:{event.maintenance_id}",
    )


@handlers.on(MonitorGroupDecided)
async def on_monitor_group_decided(event: MonitorGroupDecided, app: AuthApp, tx: Transaction) -> None:
    app.audit.record(
        tx,
        f"monitor_group_{event.decision.value}",
        actor_id=event.actor_id,
        target=f"monitor_group:{event.group_id}",
    )


@handlers.on(IncidentDecided)
async def on_incident_decided(event: IncidentDecided, app: AuthApp, tx: Transaction) -> None:
    app.audit.record(
        tx,
        f"incident_{event.decision.value}",
        actor_id=event.actor_id,
        target=f"incident:{event.incident_id}",
    )


@handlers.on(InternalsDecided)
async def on_internals_decided(event: InternalsDecided, app: AuthApp, tx: Transaction) -> None:
    app.audit.record(tx, event.decision.value, actor_id=event.actor_id, target=event.about)
