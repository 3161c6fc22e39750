"""One monitor, or a page of them, as administrators see them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, RowMapping, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from medianest_common.bus import require
from medianest_common.contracts.base import Page
from medianest_common.contracts.health import managing
from medianest_common.contracts.health.managing import GetManaged, ListManaged
from medianest_common.contracts.identity import Permission
from medianest_common.db.repository import after
from medianest_common.paging import decode_cursor, encode_cursor
from medianest_health.app import HealthApp
from medianest_health.errors import MonitorNotFound
from medianest_health.fitting import fitting
from medianest_health.managed import as_managed
from medianest_health.models import Dependency, Monitor
from medianest_health.repository.board import MANAGED
from medianest_health.repository.specs import SpecUnreadable, open_secrets

_CURSOR = "monitors"


async def list_managed(app: HealthApp, query: ListManaged) -> Page[managing.Monitor]:
    """In their order, those of the settings that are no more included."""
    require(Permission.MANAGE_MONITORS)
    statement = MANAGED.where(*_conditions(query)).order_by(Monitor.position, Monitor.id)
    if query.cursor:
        reached = decode_cursor(query.cursor, _CURSOR, int, UUID)
        statement = statement.where(after((Monitor.position, Monitor.id), reached, descending=False))
    async with app.db.read() as connection:
        rows = (await connection.execute(statement.limit(query.limit + 1))).mappings().all()
        page = rows[: query.limit]
        items = await _shown(app, connection, page)
    items = items[: fitting(items)]
    more, page = len(rows) > len(items), rows[: len(items)]
    return Page(
        items=items,
        next_cursor=encode_cursor(_CURSOR, page[-1]["position"], page[-1]["id"]) if more else None,
    )


async def get_managed(app: HealthApp, query: GetManaged) -> managing.Monitor:
    require(Permission.MANAGE_MONITORS)
    async with app.db.read() as connection:
        return await read_managed(app, connection, query.id)


async def read_managed(
    app: HealthApp, connection: AsyncConnection | AsyncSession, monitor_id: UUID
) -> managing.Monitor:
    rows = (await connection.execute(MANAGED.where(Monitor.id == monitor_id))).mappings().all()
    if not rows:
        raise MonitorNotFound()
    return (await _shown(app, connection, rows))[0]


def _conditions(query: ListManaged) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if query.q:
        found.append(
            Monitor.name.icontains(query.q, autoescape=True)
            | Monitor.target.icontains(query.q, autoescape=True)
        )
    for column, value in (
        (Monitor.group_id, query.group_id),
        (Monitor.kind, query.monitor_kind),
        (Monitor.origin, query.origin),
        (Monitor.visibility, query.visibility),
    ):
        if value is not None:
            found.append(column == value)
    return found


async def _shown(
    app: HealthApp, connection: AsyncConnection | AsyncSession, rows: Sequence[RowMapping]
) -> list[managing.Monitor]:
    statement = select(Dependency.monitor_id, Dependency.depends_on).where(
        Dependency.monitor_id.in_([row["id"] for row in rows])
    )
    bonds: dict[UUID, list[UUID]] = {}
    for monitor_id, depends_on in await connection.execute(statement.order_by(Dependency.depends_on)):
        bonds.setdefault(monitor_id, []).append(depends_on)
    now = app.clock.now()
    return [
        as_managed(row, secrets=_secrets(app, row), depends_on=bonds.get(row["id"], ()), now=now)
        for row in rows
    ]


def _secrets(app: HealthApp, row: RowMapping) -> dict[str, Any]:
    try:
        return open_secrets(app.cipher, row["id"], row["secrets_sealed"])
    except SpecUnreadable:
        return {}
