from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import RowMapping, or_

from medianest_common.bus import Raw
from medianest_common.contracts.health.pages import (
    PublicGroup,
    PublicIncident,
    PublicMaintenance,
    PublicMonitor,
    PublicPage,
    ReadPublicPage,
)
from medianest_health.app import HealthApp
from medianest_health.errors import PageNotFound
from medianest_health.mapping import as_status
from medianest_health.models import Incident, Maintenance
from medianest_health.publishing import (
    DayRollup,
    days_shown,
    first_day,
    public_incident,
    public_maintenance,
    said,
    worst,
)
from medianest_health.repository.pages import PublicReads

_INCIDENTS_SHOWN = timedelta(days=14)
_MOST_INCIDENTS = 50
_AHEAD = timedelta(days=30)


async def read_public_page(app: HealthApp, query: ReadPublicPage) -> Raw:
    """Asks nobody who they are. Raises `PageNotFound` also for what is not published."""
    async with app.db.read() as connection:
        page = await PublicReads(connection).page(query.slug)
    if page is None:
        raise PageNotFound()

    async def make() -> bytes:
        return (await _made(app, page)).model_dump_json().encode()

    return Raw(await app.public_pages.read(page["id"], page["version"], now=app.clock.now, make=make))


async def _made(app: HealthApp, page: RowMapping) -> PublicPage:
    now = app.clock.now()
    async with app.db.read() as connection:
        reads = PublicReads(connection)
        rows = await reads.monitors(page["id"])
        ids = [row["id"] for row in rows]
        days = await reads.days(ids, since=first_day(now))
        incidents = await _incidents(reads, _names(rows), now=now)
        maintenance = await _maintenance(reads, ids, now=now)
    groups = _groups(rows, days, now=now)
    return PublicPage(
        slug=page["slug"],
        title=page["title"],
        description=page["description"],
        status=worst(monitor.status for group in groups for monitor in group.monitors),
        groups=groups,
        incidents=incidents,
        maintenance=maintenance,
        updated_at=page["updated_at"],
    )


async def _incidents(reads: PublicReads, names: Mapping[UUID, str], *, now: datetime) -> list[PublicIncident]:
    rows = await reads.incidents(
        Incident.monitor_id.in_(names),
        or_(Incident.closed_at.is_(None), Incident.closed_at > now - _INCIDENTS_SHOWN),
        most=_MOST_INCIDENTS,
    )
    turns: dict[UUID, list[RowMapping]] = {}
    for turn in await reads.turns([row["id"] for row in rows]):
        turns.setdefault(turn["incident_id"], []).append(turn)
    return [
        public_incident(row, name=names[row["monitor_id"]], turns=turns.get(row["id"], [])) for row in rows
    ]


async def _maintenance(
    reads: PublicReads, monitors: Sequence[UUID], *, now: datetime
) -> list[PublicMaintenance]:
    rows = await reads.maintenance(
        monitors, Maintenance.window_until > now, Maintenance.window_from < now + _AHEAD
    )
    return public_maintenance(rows)


def _groups(
    rows: Sequence[RowMapping], days: Mapping[UUID, Mapping[datetime, DayRollup]], *, now: datetime
) -> list[PublicGroup]:
    """In the order in which each heading comes first on the page."""
    found: dict[str | None, list[PublicMonitor]] = {}
    names = _names(rows)
    for row in rows:
        status = as_status(row, now=now)
        shown = PublicMonitor(
            id=status.id,
            name=names[status.id],
            status=said(status.status),
            since=status.since,
            uptime=status.uptime,
            coverage=status.coverage,
            days=days_shown(days.get(status.id, {}), now=now),
        )
        found.setdefault(row["heading"], []).append(shown)
    return [PublicGroup(name=name, monitors=monitors) for name, monitors in found.items()]


def _names(rows: Sequence[RowMapping]) -> dict[UUID, str]:
    return {row["id"]: row["shown_as"] or row["name"] for row in rows}
