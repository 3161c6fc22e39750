"""Reads and writes of maintenance."""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, and_, exists, or_, select

from medianest_common.db import Repository
from medianest_common.paging import InvalidCursor, decode_cursor, encode_cursor
from medianest_health.models import Maintenance, MaintenanceGroup, MaintenanceMonitor, Monitor
from medianest_health.recurrence import NotARule, parse
from medianest_health.windows import Plan, Window, zone_called

log = structlog.get_logger()

_AT_ONCE = 100
_CURSOR = "maintenances"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_STEP = timedelta(microseconds=1)
_NEVER = -1


class Maintenances(Repository[Maintenance]):
    model = Maintenance

    async def covering(self, monitors: Collection[UUID], *, at: datetime) -> Mapping[UUID, datetime]:
        """Those of them that are in maintenance, and until when."""
        begun = and_(Maintenance.ended_at.is_(None), Maintenance.window_from <= at)
        running = {
            row.id: window.ends_at
            for row in await self.list(begun)
            if (window := _running(row, at=at)) is not None
        }
        if not running:
            return {}
        named = exists().where(
            MaintenanceMonitor.maintenance_id == Maintenance.id, MaintenanceMonitor.monitor_id == Monitor.id
        )
        grouped = exists().where(
            MaintenanceGroup.maintenance_id == Maintenance.id, MaintenanceGroup.group_id == Monitor.group_id
        )
        statement = (
            select(Monitor.id, Maintenance.id)
            .join(Maintenance, or_(Maintenance.everything, named, grouped))
            .where(Maintenance.id.in_(list(running)), Monitor.id.in_(list(monitors)))
        )
        until: dict[UUID, datetime] = {}
        for monitor_id, maintenance_id in await self.session.execute(statement):
            until[monitor_id] = max(until.get(monitor_id, at), running[maintenance_id])
        return until

    async def move_on(self, *, now: datetime) -> None:
        """The windows that are over make room for the next."""
        over = and_(Maintenance.ended_at.is_(None), Maintenance.window_until <= now)
        statement = self.select().where(over).order_by(Maintenance.id).limit(_AT_ONCE)
        for row in (await self.session.scalars(statement.with_for_update(skip_locked=True))).all():
            set_window(row, _current_or_next(row, at=now))

    async def in_order(self, *, cursor: str | None, limit: int) -> Sequence[Maintenance]:
        """What runs or comes next first, and what is over, which has no window any more, last."""
        statement = self.select().order_by(Maintenance.window_from.nulls_last(), Maintenance.id.desc())
        if cursor:
            statement = statement.where(_behind(*decode_cursor(cursor, _CURSOR, int, UUID)))
        return (await self.session.scalars(statement.limit(limit))).all()


def place_of(row: Maintenance) -> str:
    """In the list, for the page after it."""
    starts = row.window_from
    return encode_cursor(_CURSOR, _NEVER if starts is None else (starts - _EPOCH) // _STEP, row.id)


def _behind(starts: int, maintenance_id: UUID) -> ColumnElement[bool]:
    over, earlier = Maintenance.window_from.is_(None), Maintenance.id < maintenance_id
    if starts == _NEVER:
        return and_(over, earlier)
    try:
        at = _EPOCH + starts * _STEP
    except OverflowError:
        raise InvalidCursor("Start again from the first page.") from None
    return or_(over, Maintenance.window_from > at, and_(Maintenance.window_from == at, earlier))


def plan_of(row: Maintenance) -> Plan:
    starts = datetime.fromisoformat(row.starts_at_local)
    return Plan(
        starts=starts,
        zone=zone_called(row.zone),
        duration=timedelta(seconds=row.duration_seconds),
        recurrence=parse(row.rule, starts=starts) if row.rule else None,
        cut_at=row.cut_at,
    )


def _current_or_next(row: Maintenance, *, at: datetime) -> Window | None:
    """A rule that an older or a newer release has let in must not stop the checks."""
    try:
        return plan_of(row).current_or_next(at=at)
    except NotARule:
        log.warning("maintenance_rule_unknown", maintenance=str(row.id))
        return None


def set_window(row: Maintenance, window: Window | None) -> None:
    row.window_from = window.starts_at if window else None
    row.window_until = window.ends_at if window else None


def _running(row: Maintenance, *, at: datetime) -> Window | None:
    """What is kept of it may be over for a moment before the next is."""
    if row.window_from is None or row.window_until is None:
        return None
    window: Window | None = Window(row.window_from, row.window_until)
    if row.window_until <= at:
        window = _current_or_next(row, at=at)
    return window if window is not None and window.starts_at <= at < window.ends_at else None
