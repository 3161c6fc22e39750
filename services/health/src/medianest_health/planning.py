"""What is checked of maintenance that an administrator plans, and how it is shown."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from functools import cache
from itertools import islice
from uuid import UUID
from zoneinfo import available_timezones

from sqlalchemy import Row, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from medianest_common.contracts.health import maintenance as contract
from medianest_common.contracts.health.maintenance import MaintenancePlan, MaintenanceState, MaintenanceWindow
from medianest_common.errors import FieldError, Invalid
from medianest_health.models import Maintenance, MaintenanceGroup, MaintenanceMonitor, Monitor, MonitorGroup
from medianest_health.recurrence import NotARule
from medianest_health.repository.maintenances import plan_of, set_window
from medianest_health.windows import in_utc, zone_called

_WINDOWS_SHOWN = 5
_FARTHEST = timedelta(days=5 * 366)
"""Days are counted from the first on."""
_TIMING = ("zone", "starts_at_local", "duration_seconds", "rule")


@cache
def zone_names() -> frozenset[str]:
    """Of the machine's own database, read once."""
    return frozenset(available_timezones() - {"localtime", "Factory"})


def plan(row: Maintenance, wish: MaintenancePlan, *, now: datetime) -> None:
    """Raises `Invalid` for what would never be."""
    if wish.zone not in zone_names():
        raise Invalid(errors=[FieldError("zone", "There is no such time zone here.")])
    if abs(in_utc(datetime.fromisoformat(wish.starts_at_local), zone_called(wish.zone)) - now) > _FARTHEST:
        raise Invalid(errors=[FieldError("startsAtLocal", "It begins within five years of today.")])
    was = [getattr(row, name) for name in _TIMING]
    row.title, row.public_title = wish.title, wish.public_title
    row.description, row.zone = wish.description, wish.zone
    row.starts_at_local = datetime.fromisoformat(wish.starts_at_local).isoformat()
    row.duration_seconds, row.rule, row.everything = wish.duration_seconds, wish.rule, wish.everything
    row.updated_at, row.ended_at = now, None
    if was != [getattr(row, name) for name in _TIMING]:
        row.cut_at = None
    try:
        window = plan_of(row).current_or_next(at=now)
    except NotARule as wrong:
        raise Invalid(errors=[FieldError("rule", f"This is no rule that is known here: {wrong}.")]) from None
    if window is None:
        field, message = ("rule", "It never comes again.") if wish.rule else ("startsAtLocal", "It is over.")
        raise Invalid(errors=[FieldError(field, message)])
    set_window(row, window)


async def bind(session: AsyncSession, row: Maintenance, wish: MaintenancePlan) -> None:
    """It is for these and no others. Raises `Invalid` for what does not exist."""
    monitors, groups = sorted(set(wish.monitor_ids)), sorted(set(wish.group_ids))
    there = await session.scalars(
        select(Monitor.id).where(Monitor.id.in_(monitors)).with_for_update(key_share=True, read=True)
    )
    if len(there.all()) != len(monitors):
        raise Invalid(errors=[FieldError("monitorIds", "One of these monitors does not exist.")])
    there = await session.scalars(
        select(MonitorGroup.id).where(MonitorGroup.id.in_(groups)).with_for_update(key_share=True, read=True)
    )
    if len(there.all()) != len(groups):
        raise Invalid(errors=[FieldError("groupIds", "One of these groups does not exist.")])
    for table, ids, name in (
        (MaintenanceMonitor, monitors, "monitor_id"),
        (MaintenanceGroup, groups, "group_id"),
    ):
        await session.execute(delete(table).where(table.maintenance_id == row.id))
        if ids:
            await session.execute(insert(table), [{"maintenance_id": row.id, name: each} for each in ids])


async def shown(
    session: AsyncSession, rows: Sequence[Maintenance], *, now: datetime
) -> list[contract.Maintenance]:
    ids = [row.id for row in rows]
    monitors = await session.execute(
        select(MaintenanceMonitor.maintenance_id, MaintenanceMonitor.monitor_id)
        .where(MaintenanceMonitor.maintenance_id.in_(ids))
        .order_by(MaintenanceMonitor.monitor_id)
    )
    groups = await session.execute(
        select(MaintenanceGroup.maintenance_id, MaintenanceGroup.group_id)
        .where(MaintenanceGroup.maintenance_id.in_(ids))
        .order_by(MaintenanceGroup.group_id)
    )
    of_monitors, of_groups = _by_first(monitors.all()), _by_first(groups.all())
    return [
        _shown(row, monitors=of_monitors.get(row.id, ()), groups=of_groups.get(row.id, ()), now=now)
        for row in rows
    ]


def _by_first(pairs: Sequence[Row[UUID, UUID]]) -> dict[UUID, list[UUID]]:
    found: dict[UUID, list[UUID]] = {}
    for first, second in pairs:
        found.setdefault(first, []).append(second)
    return found


def _shown(
    row: Maintenance, *, monitors: Collection[UUID], groups: Collection[UUID], now: datetime
) -> contract.Maintenance:
    plan = plan_of(row)
    windows = [] if row.ended_at else list(islice(plan.windows(at=now), _WINDOWS_SHOWN))
    state = MaintenanceState.ENDED
    if windows:
        state = MaintenanceState.ACTIVE if windows[0].starts_at <= now else MaintenanceState.SCHEDULED
    return contract.Maintenance(
        id=row.id,
        title=row.title,
        public_title=row.public_title,
        description=row.description,
        zone=row.zone,
        starts_at_local=row.starts_at_local,
        duration_seconds=row.duration_seconds,
        rule=row.rule,
        everything=row.everything,
        monitor_ids=list(monitors),
        group_ids=list(groups),
        state=state,
        windows=[
            MaintenanceWindow(
                starts_at=window.starts_at,
                ends_at=window.ends_at,
                starts_at_local=window.starts_at.astimezone(plan.zone).isoformat(),
                ends_at_local=window.ends_at.astimezone(plan.zone).isoformat(),
            )
            for window in windows
        ],
        external_ref=row.external_ref,
        version=row.version,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )
