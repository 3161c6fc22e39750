"""Incidents as they are shown, a page at a time."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, RowMapping, Select, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from medianest_common.contracts.health import MonitorState, incidents
from medianest_common.db.repository import after
from medianest_health.models import Incident, IncidentNote, Monitor

type Reached = tuple[datetime, UUID]
"""The last one that was seen."""

_SHOWN = select(Incident, Monitor.name.label("monitor_name")).join(Monitor, Monitor.id == Incident.monitor_id)
_ORDER = (Incident.opened_at, Incident.id)
TURNS_SHOWN = 30
"""Of one incident. What comes and goes for weeks has thousands, of which no more is kept either."""
_TURNS = text("""
    select turns.incident_id, turns.at, turns.what, turns.reason
    from unnest(cast(:incidents as uuid[])) as i(id)
    cross join lateral (
        (select * from incident_turns t where t.incident_id = i.id order by t.at, t.id limit 1)
        union
        (select * from incident_turns t where t.incident_id = i.id order by t.at desc, t.id desc limit :latest)
    ) turns
    order by turns.at, turns.id
""")
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
    n = IncidentNote
    turns: dict[UUID, list[incidents.IncidentTurn]] = {}
    for each in await turns_of(connection, ids):
        turn = incidents.IncidentTurn(at=each["at"], what=MonitorState(each["what"]), reason=each["reason"])
        turns.setdefault(each["incident_id"], []).append(turn)
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
            timeline=turns.get(row["id"], []),
            notes=notes.get(row["id"], []),
        )
        for row in rows
    ]


async def turns_of(connection: AsyncConnection, incident_ids: Sequence[UUID]) -> Sequence[RowMapping]:
    """By time, of each incident the first one and the last ones."""
    found = await connection.execute(_TURNS, {"incidents": list(incident_ids), "latest": TURNS_SHOWN - 1})
    return found.mappings().all()


_PLAIN = (
    "id",
    "monitor_id",
    "monitor_name",
    "times",
    "reason",
    "opened_at",
    "closed_at",
    "post_mortem",
    "post_mortem_version",
)


def _columns() -> Select[tuple[object, ...]]:
    return _SHOWN.with_only_columns(*Incident.__table__.columns, Monitor.name.label("monitor_name"))
