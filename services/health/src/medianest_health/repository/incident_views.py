"""Incidents as they are shown, a page at a time."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, RowMapping, Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

from medianest_common.contracts.health import MonitorState, incidents
from medianest_common.db.repository import after
from medianest_health.models import Incident, IncidentNote, IncidentTurn, Monitor

type Reached = tuple[datetime, UUID]
"""The last one that was seen."""

_SHOWN = select(Incident, Monitor.name.label("monitor_name")).join(Monitor, Monitor.id == Incident.monitor_id)
_ORDER = (Incident.opened_at, Incident.id)
_TURNS_SHOWN = 30
IS_OPEN = Incident.closed_at.is_(None)


async def incidents_page(
    connection: AsyncConnection, *conditions: ColumnElement[bool], reached: Reached | None, limit: int
) -> Sequence[RowMapping]:
    """The latest first."""
    statement = _columns().where(*conditions).order_by(*(column.desc() for column in _ORDER)).limit(limit)
    if reached is not None:
        statement = statement.where(after(_ORDER, reached, descending=True))
    return (await connection.execute(statement)).mappings().all()


async def one_incident(connection: AsyncConnection, incident_id: UUID) -> RowMapping | None:
    return (await connection.execute(_columns().where(Incident.id == incident_id))).mappings().one_or_none()


async def as_incidents(connection: AsyncConnection, rows: Sequence[RowMapping]) -> list[incidents.Incident]:
    ids = [row["id"] for row in rows]
    t, n = IncidentTurn, IncidentNote
    turns: dict[UUID, list[incidents.IncidentTurn]] = {}
    found = select(t.incident_id, t.at, t.what, t.reason).where(t.incident_id.in_(ids)).order_by(t.at, t.id)
    for incident_id, at, what, reason in await connection.execute(found):
        turn = incidents.IncidentTurn(at=at, what=MonitorState(what), reason=reason)
        turns.setdefault(incident_id, []).append(turn)
    notes: dict[UUID, list[incidents.IncidentNote]] = {}
    said = select(n.incident_id, n.id, n.at, n.text).where(n.incident_id.in_(ids)).order_by(n.at, n.id)
    for incident_id, note_id, at, words in await connection.execute(said):
        note = incidents.IncidentNote(id=note_id, at=at, text=words)
        notes.setdefault(incident_id, []).append(note)
    return [
        incidents.Incident(
            **{name: row[name] for name in _PLAIN},
            state=MonitorState(row["state"]),
            worst=MonitorState(row["worst"]),
            timeline=_few(turns.get(row["id"], [])),
            notes=notes.get(row["id"], []),
        )
        for row in rows
    ]


def _few(turns: list[incidents.IncidentTurn]) -> list[incidents.IncidentTurn]:
    return turns if len(turns) <= _TURNS_SHOWN else [turns[0], *turns[1 - _TURNS_SHOWN :]]


_PLAIN = ("id", "monitor_id", "monitor_name", "times", "reason", "opened_at", "closed_at", "post_mortem")


def _columns() -> Select[tuple[object, ...]]:
    return _SHOWN.with_only_columns(*Incident.__table__.columns, Monitor.name.label("monitor_name"))
