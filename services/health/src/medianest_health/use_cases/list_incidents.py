from uuid import UUID

from sqlalchemy import RowMapping

from medianest_common.bus import require, require_caller
from medianest_common.contracts.base import Page
from medianest_common.contracts.health.incidents import (
    GetIncident,
    Incident,
    ListIncidents,
    ListMonitorIncidents,
)
from medianest_common.contracts.identity import Permission
from medianest_common.paging import decode_cursor, encode_cursor
from medianest_health import models
from medianest_health.app import HealthApp
from medianest_health.errors import IncidentNotFound, MonitorNotFound
from medianest_health.fitting import fitting
from medianest_health.moments import from_micros, micros
from medianest_health.repository import one_on_board
from medianest_health.repository.incident_views import (
    IS_OPEN,
    as_incidents,
    incidents_page,
    one_incident,
)

_ORDER_OF_ONE, _ORDER_OF_ALL = "monitor-incidents", "incidents"


async def list_monitor_incidents(app: HealthApp, query: ListMonitorIncidents) -> Page[Incident]:
    """Raises `MonitorNotFound` also for what is not for the caller's eyes."""
    caller = require_caller()
    reached = None
    if query.cursor is not None:
        at, incident_id = decode_cursor(query.cursor, _ORDER_OF_ONE, int, UUID)
        reached = (from_micros(at), incident_id)
    async with app.db.read() as connection:
        if await one_on_board(connection, query.id, for_admin=caller.is_admin) is None:
            raise MonitorNotFound()
        of_it = models.Incident.monitor_id == query.id
        found = await incidents_page(connection, of_it, reached=reached, limit=query.limit + 1)
        items = await as_incidents(connection, found[: query.limit])
    items = items[: fitting(items)]
    more = _key(found[len(items) - 1]) if len(found) > len(items) else None
    return Page(items=items, next_cursor=more and encode_cursor(_ORDER_OF_ONE, *more))


async def list_incidents(app: HealthApp, query: ListIncidents) -> Page[Incident]:
    """First a list of those that are open, then one of those that are not: each is read in its own order."""
    require(Permission.MANAGE_MONITORS)
    was_open, reached = True, None
    if query.cursor is not None:
        number, at, incident_id = decode_cursor(query.cursor, _ORDER_OF_ALL, int, int, UUID)
        was_open, reached = number == 1, (from_micros(at), incident_id)
    async with app.db.read() as connection:
        found: list[RowMapping] = []
        if was_open:
            found += await incidents_page(connection, IS_OPEN, reached=reached, limit=query.limit + 1)
        if len(found) <= query.limit:
            closed_after = None if was_open else reached
            room = query.limit + 1 - len(found)
            found += await incidents_page(connection, ~IS_OPEN, reached=closed_after, limit=room)
        items = await as_incidents(connection, found[: query.limit])
    items = items[: fitting(items)]
    if len(found) <= len(items):
        return Page(items=items)
    last = found[len(items) - 1]
    cursor = encode_cursor(_ORDER_OF_ALL, int(last["closed_at"] is None), *_key(last))
    return Page(items=items, next_cursor=cursor)


async def get_incident(app: HealthApp, query: GetIncident) -> Incident:
    require(Permission.MANAGE_MONITORS)
    async with app.db.read() as connection:
        row = await one_incident(connection, query.id)
        if row is None:
            raise IncidentNotFound()
        return (await as_incidents(connection, [row]))[0]


def _key(row: RowMapping) -> tuple[int, UUID]:
    return micros(row["opened_at"]), row["id"]
