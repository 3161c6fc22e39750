from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from medianest_common.clock import uuid7
from medianest_common.contracts.health import MonitorState, MonitorUnwatched, Visibility
from medianest_common.db import Transaction
from medianest_health.models import IncidentTurn
from medianest_health.repository import Incidents


async def end_unwatched(tx: Transaction, *, now: datetime, leaving: Collection[UUID] = ()) -> None:
    """Incidents of what is watched no more, or is just `leaving`, are over, and nobody can say how they ended; whoever
    heard of the beginning hears that."""
    for incident, monitor in await Incidents(tx.session).unwatched(leaving):
        incident.closed_at = max(now, incident.opened_at)
        what = MonitorState.UNKNOWN.value
        turn = IncidentTurn(
            id=uuid7(), incident_id=incident.id, at=incident.closed_at, what=what, reason=None
        )
        tx.session.add(turn)
        if incident.told is not None:
            tx.emit(
                MonitorUnwatched(
                    incident_id=incident.id,
                    monitor_id=monitor.id,
                    monitor_name=monitor.name,
                    visibility=Visibility(monitor.visibility),
                    at=incident.closed_at,
                    since=incident.opened_at,
                    told_at=now,
                    worst=MonitorState(incident.worst),
                )
            )
    await tx.session.flush()
