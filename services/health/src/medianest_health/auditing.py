"""Who has decided what, for the audit log."""

from collections.abc import Iterable
from uuid import UUID

from medianest_common.bus import require_caller
from medianest_common.contracts.health.decided import (
    GroupDecision,
    IncidentDecided,
    IncidentDecision,
    InternalsDecided,
    InternalsDecision,
    MaintenanceDecided,
    MaintenanceDecision,
    MonitorDecided,
    MonitorDecision,
    MonitorGroupDecided,
    PageDecided,
    PageDecision,
)
from medianest_common.db import Transaction


def decided(tx: Transaction, decision: MonitorDecision, *monitors: UUID) -> None:
    actor_id = require_caller().user_id
    for monitor_id in monitors:
        tx.emit(MonitorDecided(monitor_id=monitor_id, decision=decision, actor_id=actor_id))


def visibility_decided(tx: Transaction, visibility: str, monitors: Iterable[UUID]) -> None:
    decision = MonitorDecision.SHOW if visibility == "everyone" else MonitorDecision.HIDE
    decided(tx, decision, *monitors)


def page_decided(tx: Transaction, decision: PageDecision, page_id: UUID) -> None:
    tx.emit(PageDecided(page_id=page_id, decision=decision, actor_id=require_caller().user_id))


def maintenance_decided(tx: Transaction, decision: MaintenanceDecision, maintenance_id: UUID) -> None:
    tx.emit(
        MaintenanceDecided(
            maintenance_id=maintenance_id, decision=decision, actor_id=require_caller().user_id
        )
    )


def group_decided(tx: Transaction, decision: GroupDecision, group_id: UUID) -> None:
    tx.emit(MonitorGroupDecided(group_id=group_id, decision=decision, actor_id=require_caller().user_id))


def incident_decided(tx: Transaction, decision: IncidentDecision, incident_id: UUID) -> None:
    tx.emit(IncidentDecided(incident_id=incident_id, decision=decision, actor_id=require_caller().user_id))


def internals_decided(tx: Transaction, decision: InternalsDecision, about: str) -> None:
    tx.emit(InternalsDecided(decision=decision, about=about, actor_id=require_caller().user_id))
