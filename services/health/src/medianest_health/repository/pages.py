"""Pages for people without an account."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, RowMapping, and_, delete, exists, func, insert, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from medianest_common.db import Repository
from medianest_health.models import (
    Incident,
    Maintenance,
    MaintenanceGroup,
    MaintenanceMonitor,
    Monitor,
    Rollup,
    StatusPage,
    StatusPageMonitor,
)
from medianest_health.publishing import DayRollup
from medianest_health.repository.board import SHOWN
from medianest_health.repository.incident_views import turns_of
from medianest_health.uptime import DAY

_ONE_AT_A_TIME = 0x70616765


class Pages(Repository[StatusPage]):
    model = StatusPage

    async def alone(self) -> None:
        """Until this transaction ends nobody else adds a page."""
        await self.session.execute(select(func.pg_advisory_xact_lock(_ONE_AT_A_TIME)))

    async def show(self, page_id: UUID, rows: Sequence[dict[str, Any]]) -> None:
        """These monitors in this order, and no others."""
        await self.session.execute(delete(StatusPageMonitor).where(StatusPageMonitor.page_id == page_id))
        if rows:
            placed = [{"page_id": page_id, "position": n, **row} for n, row in enumerate(rows)]
            await self.session.execute(insert(StatusPageMonitor), placed)

    async def shown_on(self, *pages: UUID) -> Sequence[StatusPageMonitor]:
        statement = select(StatusPageMonitor).where(StatusPageMonitor.page_id.in_(pages))
        return (await self.session.scalars(statement.order_by(StatusPageMonitor.position))).all()


class PublicReads:
    """What a published page is made of, without anything that is not for everybody."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def page(self, slug: str) -> RowMapping | None:
        statement = select(StatusPage.__table__).where(StatusPage.slug == slug, StatusPage.published)
        return (await self._connection.execute(statement)).mappings().one_or_none()

    async def monitors(self, page_id: UUID) -> Sequence[RowMapping]:
        """As `as_status` wants them, with `shown_as` and `heading`."""
        statement = (
            SHOWN.add_columns(StatusPageMonitor.shown_as, StatusPageMonitor.heading)
            .join(StatusPageMonitor, StatusPageMonitor.monitor_id == Monitor.id)
            .where(StatusPageMonitor.page_id == page_id, Monitor.enabled)
            .order_by(StatusPageMonitor.position)
        )
        return (await self._connection.execute(statement)).mappings().all()

    async def is_published(self, monitor_id: UUID) -> bool:
        statement = select(
            exists().where(
                StatusPageMonitor.monitor_id == monitor_id,
                StatusPageMonitor.page_id == StatusPage.id,
                StatusPage.published,
                Monitor.id == StatusPageMonitor.monitor_id,
                Monitor.enabled,
            )
        )
        return bool((await self._connection.execute(statement)).scalar_one())

    async def days(
        self, monitors: Sequence[UUID], *, since: datetime
    ) -> dict[UUID, dict[datetime, DayRollup]]:
        """By monitor and by their start."""
        statement = select(
            Rollup.monitor_id,
            Rollup.bucket,
            Rollup.up_seconds,
            Rollup.down_seconds,
            Rollup.maintenance_seconds,
        ).where(Rollup.monitor_id.in_(monitors), Rollup.width == DAY, Rollup.bucket >= since)
        found: dict[UUID, dict[datetime, DayRollup]] = {}
        for monitor_id, bucket, *seconds in await self._connection.execute(statement):
            found.setdefault(monitor_id, {})[bucket] = DayRollup(*seconds)
        return found

    async def latencies(self, monitor_id: UUID, *, width: int, since: datetime) -> list[list[int] | None]:
        statement = select(Rollup.latencies).where(
            Rollup.monitor_id == monitor_id, Rollup.width == width, Rollup.bucket > since
        )
        return list((await self._connection.execute(statement)).scalars())

    async def incidents(self, *conditions: ColumnElement[bool], most: int) -> Sequence[RowMapping]:
        statement = select(Incident.__table__).where(*conditions)
        newest = statement.order_by(Incident.opened_at.desc(), Incident.id.desc()).limit(most)
        return (await self._connection.execute(newest)).mappings().all()

    async def turns(self, incidents: Sequence[UUID]) -> Sequence[RowMapping]:
        return await turns_of(self._connection, incidents)

    async def maintenance(
        self, monitors: Sequence[UUID], *conditions: ColumnElement[bool]
    ) -> Sequence[RowMapping]:
        """One row for each of these monitors that a window concerns, the earliest window first."""
        concerned = or_(
            Maintenance.everything,
            exists().where(
                MaintenanceMonitor.maintenance_id == Maintenance.id,
                MaintenanceMonitor.monitor_id == Monitor.id,
            ),
            exists().where(
                MaintenanceGroup.maintenance_id == Maintenance.id,
                MaintenanceGroup.group_id == Monitor.group_id,
            ),
        )
        statement = (
            select(Maintenance.__table__, Monitor.id.label("monitor_id"))
            .join(Monitor, and_(Monitor.id.in_(monitors), concerned))
            .where(Maintenance.ended_at.is_(None), *conditions)
            .order_by(Maintenance.window_from, Maintenance.id)
        )
        return (await self._connection.execute(statement)).mappings().all()
