"""What of all that is known about monitors may be said to everybody."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import RowMapping

from medianest_common.contracts.health import MonitorState
from medianest_common.contracts.health.pages import (
    DAYS_SHOWN,
    Days,
    PublicIncident,
    PublicMaintenance,
    PublicState,
    PublicTurn,
)
from medianest_health.uptime import DAY, start_of_bucket

_SAID = {
    MonitorState.UP: PublicState.UP,
    MonitorState.DEGRADED: PublicState.DEGRADED,
    MonitorState.AUTH: PublicState.DEGRADED,
    MonitorState.FLAPPING: PublicState.DEGRADED,
    MonitorState.DOWN: PublicState.DOWN,
    MonitorState.MAINTENANCE: PublicState.MAINTENANCE,
    MonitorState.UNKNOWN: PublicState.UNKNOWN,
    MonitorState.PENDING: PublicState.UNKNOWN,
}
_WORST_FIRST = (
    PublicState.DOWN,
    PublicState.DEGRADED,
    PublicState.MAINTENANCE,
    PublicState.UP,
    PublicState.UNKNOWN,
)
_MAINTENANCE = "Maintenance"


class DayRollup(NamedTuple):
    """Seconds."""

    up: float
    down: float
    maintenance: float


def said(state: str) -> PublicState:
    return _SAID[MonitorState(state)]


def worst(states: Iterable[PublicState]) -> PublicState:
    """Of none, unknown: a page must not say that all is well where it knows nothing."""
    return min(states, key=_WORST_FIRST.index, default=PublicState.UNKNOWN)


def first_day(now: datetime) -> datetime:
    return start_of_bucket(now, DAY) - timedelta(days=DAYS_SHOWN - 1)


def days_shown(rollups: Mapping[datetime, DayRollup], *, now: datetime) -> Days:
    """`rollups` are those of days, by their start. Of a day that is not over, what has passed of it is the whole."""
    first = first_day(now)
    uptime: list[float | None] = []
    coverage: list[float] = []
    for number in range(DAYS_SHOWN):
        start = first + timedelta(days=number)
        day = rollups.get(start)
        known = day.up + day.down if day else 0.0
        covered = known + day.maintenance if day else 0.0
        passed = min(float(DAY), max(1.0, (now - start).total_seconds()))
        uptime.append(round(day.up / known, 5) if day and known else None)
        coverage.append(round(min(1.0, covered / passed), 3))
    return Days(since=first.date(), uptime=uptime, coverage=coverage)


def public_incident(row: RowMapping, *, name: str, turns: Sequence[RowMapping]) -> PublicIncident:
    return PublicIncident(
        id=row["id"],
        monitor_id=row["monitor_id"],
        monitor_name=name,
        status=PublicState.UP if row["closed_at"] else said(row["state"]),
        worst=said(row["worst"]),
        opened_at=row["opened_at"],
        closed_at=row["closed_at"],
        turns=[PublicTurn(at=turn["at"], status=said(turn["what"])) for turn in turns],
    )


def public_maintenance(rows: Sequence[RowMapping]) -> list[PublicMaintenance]:
    """From one row for each monitor that a window concerns."""
    concerned: dict[UUID, list[UUID]] = {}
    windows: dict[UUID, RowMapping] = {}
    for row in rows:
        windows[row["id"]] = row
        concerned.setdefault(row["id"], []).append(row["monitor_id"])
    return [
        PublicMaintenance(
            id=row["id"],
            title=row["public_title"] or _MAINTENANCE,
            starts_at=row["window_from"],
            ends_at=row["window_until"],
            monitor_ids=concerned[row["id"]],
            updated_at=row["updated_at"],
        )
        for row in windows.values()
    ]
