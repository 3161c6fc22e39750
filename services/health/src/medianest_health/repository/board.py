"""What lists show, in one query whose cost does not grow with the history."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import RowMapping, Select, case, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased

from medianest_health.models import Monitor, MonitorGroup, Standing

_Blocker = aliased(Monitor)
_MAY_BE_NAMED = or_(_Blocker.visibility == "everyone", Monitor.visibility == "admins")
"""Whoever may see a monitor may see this as well."""

SHOWN = (
    select(
        *(column for column in Monitor.__table__.columns if column.name != "secrets_sealed"),
        *(column for column in Standing.__table__.columns if column.name != "monitor_id"),
        MonitorGroup.name.label("group"),
        case((_MAY_BE_NAMED, _Blocker.name)).label("blocker"),
    )
    .outerjoin(Standing, Standing.monitor_id == Monitor.id)
    .outerjoin(MonitorGroup, MonitorGroup.id == Monitor.group_id)
    .outerjoin(_Blocker, _Blocker.id == Standing.blocked_by)
)
"""Every monitor with how it stands, for `as_status`."""


async def board(connection: AsyncConnection, *, for_admin: bool) -> Sequence[RowMapping]:
    """In the order in which people are shown them: by group, and those in none at the end."""
    statement = _seen(for_admin=for_admin).order_by(
        MonitorGroup.position.nulls_last(), MonitorGroup.id, Monitor.position, Monitor.id
    )
    return (await connection.execute(statement)).mappings().all()


async def one_on_board(
    connection: AsyncConnection, monitor_id: UUID, *, for_admin: bool
) -> RowMapping | None:
    """None also for what is not for the eyes of whoever asks."""
    statement = _seen(for_admin=for_admin).where(Monitor.id == monitor_id)
    return (await connection.execute(statement)).mappings().one_or_none()


def _seen(*, for_admin: bool) -> Select[tuple[object, ...]]:
    statement = SHOWN.where(Monitor.enabled)
    return statement if for_admin else statement.where(Monitor.visibility == "everyone")
