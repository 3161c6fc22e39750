"""What a new verdict means for the incident that is open, or opens one: one event for each turn, none in between."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select, update

from medianest_common.clock import uuid7
from medianest_common.contracts.health import (
    IncidentEvent,
    MonitorDegraded,
    MonitorRecovered,
    MonitorState,
    MonitorWentDown,
    Visibility,
)
from medianest_common.db import Repository, Transaction
from medianest_health.catalogue import Watched
from medianest_health.models import Incident, Monitor
from medianest_health.verdict import Verdict

_UNWELL = (MonitorState.DEGRADED, MonitorState.AUTH)


class Incidents(Repository[Incident]):
    model = Incident

    async def open_ones(self, *, now: datetime) -> dict[UUID, Incident]:
        """By monitor, locked. Those of what is watched no more are over, and nobody can say how they ended."""
        watched = select(Monitor.id).where(Monitor.enabled)
        forgotten = update(Incident).where(Incident.closed_at.is_(None), Incident.monitor_id.not_in(watched))
        await self.session.execute(forgotten.values(closed_at=now))
        found = await self.session.execute(
            self.select().where(Incident.closed_at.is_(None)).with_for_update()
        )
        return {incident.monitor_id: incident for incident in found.scalars()}

    async def forget(self, *, before: datetime) -> None:
        await self.session.execute(
            delete(Incident).where(Incident.opened_at < before, Incident.closed_at.is_not(None))
        )


def follow(
    tx: Transaction,
    incident: Incident | None,
    watched: Watched,
    monitor_id: UUID,
    *,
    before: Verdict | None,
    after: Verdict,
    reason: str | None,
) -> None:
    """Down counts at once, since a verdict of that is sure already; what is better has to be seen twice in a row."""
    seen_twice = before is not None and before.state is after.state and after.recent.endswith("++")
    if after.state is MonitorState.DOWN:
        fell = _fell(incident, before)
        _went_down(tx, incident, watched, monitor_id, at=after.since, reason=reason, fell=fell)
    elif after.state in _UNWELL and seen_twice:
        _is_unwell(tx, incident, watched, monitor_id, after, reason=reason)
    elif after.state is MonitorState.UP and seen_twice and incident is not None:
        incident.closed_at = after.since
        over = {"worst": incident.worst, "times": incident.times}
        tx.emit(_event(MonitorRecovered, incident, watched, at=after.since, reason=incident.reason, **over))


def _fell(incident: Incident | None, before: Verdict | None) -> bool:
    """It is still the same fall where nobody could tell in between how it was."""
    if before is None or before.state in (MonitorState.UNKNOWN, MonitorState.PENDING):
        return incident is None or incident.state != MonitorState.DOWN
    return before.state is not MonitorState.DOWN


def _went_down(
    tx: Transaction,
    incident: Incident | None,
    watched: Watched,
    monitor_id: UUID,
    *,
    at: datetime,
    reason: str | None,
    fell: bool,
) -> None:
    if incident is None:
        incident = _opened(tx, monitor_id, MonitorState.DOWN, at=at)
        is_told = False
    else:
        is_told = incident.state == MonitorState.DOWN
    incident.times = max(1, incident.times + fell)
    incident.state = incident.worst = MonitorState.DOWN.value
    incident.reason = reason or incident.reason
    if not is_told:
        tx.emit(_event(MonitorWentDown, incident, watched, at=at, reason=reason))


def _is_unwell(
    tx: Transaction,
    incident: Incident | None,
    watched: Watched,
    monitor_id: UUID,
    after: Verdict,
    *,
    reason: str | None,
) -> None:
    if incident is None:
        incident = _opened(tx, monitor_id, after.state, at=after.since)
    elif incident.state == after.state:
        return
    incident.state, incident.reason = after.state.value, reason
    tx.emit(_event(MonitorDegraded, incident, watched, at=after.since, reason=reason, state=after.state))


def _opened(tx: Transaction, monitor_id: UUID, state: MonitorState, *, at: datetime) -> Incident:
    incident = Incident(
        id=uuid7(),
        monitor_id=monitor_id,
        state=state.value,
        worst=state.value,
        times=0,
        reason=None,
        opened_at=at,
        closed_at=None,
    )
    tx.session.add(incident)
    return incident


def _event[E: IncidentEvent](
    kind: type[E], incident: Incident, watched: Watched, *, at: datetime, reason: str | None, **more: object
) -> E:
    values = {
        "incident_id": incident.id,
        "monitor_id": incident.monitor_id,
        "monitor_name": watched.name,
        "visibility": Visibility(watched.visibility),
        "at": at,
        "since": incident.opened_at,
        "reason": reason,
    }
    return kind.model_validate(values | more)
