"""What lists show, in one query whose cost does not grow with the history."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, Select, case, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased

from medianest_health.models import Monitor, MonitorGroup, Standing

_Blocker = aliased(Monitor)
_MAY_BE_NAMED = or_(_Blocker.visibility == "everyone", Monitor.visibility == "admins")
"""Whoever may see a monitor may see this as well."""

SHOWN: Select[*tuple[Any, ...]] = (
    select(
        Monitor.id,
        Monitor.name,
        Monitor.kind,
        Monitor.paused,
        Monitor.visibility,
        Standing.state,
        Standing.since,
        Standing.last_check_at,
        Standing.latency_ms,
        Standing.message,
        Standing.holds_seconds,
        Standing.maintenance_until,
        Standing.uptime_day,
        Standing.uptime_week,
        Standing.uptime_month,
        Standing.uptime_quarter,
        Standing.coverage,
        MonitorGroup.name.label("group"),
        case((_MAY_BE_NAMED, _Blocker.name)).label("blocker"),
    )
    .outerjoin(Standing, Standing.monitor_id == Monitor.id)
    .outerjoin(MonitorGroup, MonitorGroup.id == Monitor.group_id)
    .outerjoin(_Blocker, _Blocker.id == Standing.blocked_by)
)
"""Every monitor with how it stands: what `as_status` asks for and no more, since pages ask for it all the time."""

MANAGED: Select[*tuple[Any, ...]] = SHOWN.add_columns(
    *(column for column in Monitor.__table__.columns if column.name not in SHOWN.selected_columns)
)
"""With all that administrators decide about it."""


async def board(
    connection: AsyncConnection, *, for_admin: bool, only: Collection[UUID] | None = None
) -> Sequence[RowMapping]:
    """In the order in which people are shown them: by group, and those in none at the end."""
    statement = _seen(for_admin=for_admin).order_by(
        MonitorGroup.position.nulls_last(), MonitorGroup.id, Monitor.position, Monitor.id
    )
    if only is not None:
        statement = statement.where(Monitor.id.in_(list(only)))
    return (await connection.execute(statement)).mappings().all()


async def one_on_board(
    connection: AsyncConnection, monitor_id: UUID, *, for_admin: bool
) -> RowMapping | None:
    """None also for what is not for the eyes of whoever asks."""
    statement = _seen(for_admin=for_admin).where(Monitor.id == monitor_id)
    found: RowMapping | None = (await connection.execute(statement)).mappings().one_or_none()
    return found


def _seen(*, for_admin: bool) -> Select[*tuple[Any, ...]]:
    statement = SHOWN.where(Monitor.enabled)
    return statement if for_admin else statement.where(Monitor.visibility == "everyone")
