"""Reads and writes of the health service that have a meaning of their own."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, and_, delete, insert, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from medianest_common.clock import uuid7
from medianest_common.db import Repository
from medianest_health.catalogue import Watched
from medianest_health.models import Monitor, Result, Rollup, Standing
from medianest_health.uptime import DAY, HOUR, Measured

_HOURS_KEPT = timedelta(days=8)
_DAYS_KEPT = timedelta(days=730)

# The oldest bucket of a window counts by the share of it that lies inside.
_SHARES = text("""
    with moment as (
        select cast(:now as double precision) as now
    ), windows (name, seconds, width) as (
        values ('day', 86400, 3600), ('week', 604800, 3600), ('month', 2592000, 86400), ('quarter', 7776000, 86400)
    ), inside as (
        select r.monitor_id, w.name, r.up_seconds, r.down_seconds,
               greatest(0, least(1, (extract(epoch from r.bucket) + r.width - now + w.seconds) / r.width)) as share
        from moment, windows w join rollups r on r.width = w.width
        where r.monitor_id = any(cast(:monitors as uuid[])) and r.bucket > to_timestamp(now - w.seconds - w.width)
    ), summed as (
        select monitor_id, name, sum(up_seconds * share) as up, sum((up_seconds + down_seconds) * share) as known
        from inside group by monitor_id, name
    ), shares as (
        select monitor_id,
               max(up / nullif(known, 0)) filter (where name = 'day') as day,
               max(up / nullif(known, 0)) filter (where name = 'week') as week,
               max(up / nullif(known, 0)) filter (where name = 'month') as month,
               max(up / nullif(known, 0)) filter (where name = 'quarter') as quarter,
               least(1, max(known / 86400) filter (where name = 'day')) as coverage
        from summed group by monitor_id
    )
    update standings set uptime_day = s.day, uptime_week = s.week, uptime_month = s.month,
                         uptime_quarter = s.quarter, coverage = coalesce(s.coverage, 0)
    from shares s where s.monitor_id = standings.monitor_id
""")


class Monitors(Repository[Monitor]):
    model = Monitor

    async def match(self, watched: Sequence[Watched], *, now: datetime) -> Mapping[str, UUID]:
        """Make the table say what is watched now, and return the ids by key. Others keep their history, unseen."""
        for position, each in enumerate(watched):
            told = {
                "kind": each.kind,
                "name": each.name,
                "target": each.target,
                "visibility": each.visibility,
                "position": position,
                "enabled": True,
            }
            statement = upsert(Monitor).values(
                id=uuid7(),
                key=each.key,
                created_at=now,
                updated_at=now,
                origin="automatic",
                paused=False,
                config={},
                interval_seconds=20,
                timeout_seconds=5,
                failures=2,
                out_of=3,
                successes=2,
                inverted=False,
                **told,
            )
            differs = or_(*(getattr(Monitor, name) != value for name, value in told.items()))
            await self.session.execute(
                statement.on_conflict_do_update(index_elements=[Monitor.key], set_=told, where=differs)
            )
        keys = [each.key for each in watched]
        await self.session.execute(
            update(Monitor).where(Monitor.key.not_in(keys), Monitor.enabled).values(enabled=False)
        )
        rows = await self.session.execute(select(Monitor.key, Monitor.id).where(Monitor.enabled))
        return {row.key: row.id for row in rows}


class Standings(Repository[Standing]):
    model = Standing

    async def of(self, monitors: Iterable[UUID]) -> Mapping[UUID, Standing]:
        """Locked until the end of the transaction."""
        statement = self.select().where(Standing.monitor_id.in_(list(monitors))).with_for_update()
        return {row.monitor_id: row for row in (await self.session.execute(statement)).scalars()}

    async def put(self, rows: Sequence[dict[str, Any]]) -> None:
        statement = upsert(Standing).values(list(rows))
        names = [name for name in rows[0] if name != "monitor_id"]
        await self.session.execute(
            statement.on_conflict_do_update(
                index_elements=[Standing.monitor_id], set_={name: statement.excluded[name] for name in names}
            )
        )

    async def refresh_uptime(self, monitors: Sequence[UUID], *, now: datetime) -> None:
        await self.session.execute(_SHARES, {"monitors": list(monitors), "now": now.timestamp()})


class History:
    """Single results, and the hours and days made of them."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add_results(self, rows: Sequence[dict[str, Any]]) -> None:
        await self._session.execute(insert(Result), list(rows))

    async def add_measured(self, by_monitor: Iterable[tuple[UUID, Measured]]) -> None:
        summed: dict[tuple[UUID, int, datetime], list[float]] = {}
        for monitor_id, part in by_monitor:
            total = summed.setdefault((monitor_id, part.width, part.bucket), [0.0, 0.0])
            total[0] += part.up
            total[1] += part.down
        if not summed:
            return
        rows = [
            {
                "monitor_id": key[0],
                "width": key[1],
                "bucket": key[2],
                "up_seconds": up,
                "down_seconds": down,
                "maintenance_seconds": 0.0,
            }
            for key, (up, down) in sorted(summed.items())
        ]
        statement = upsert(Rollup).values(rows)
        await self._session.execute(
            statement.on_conflict_do_update(
                index_elements=[Rollup.monitor_id, Rollup.width, Rollup.bucket],
                set_={
                    "up_seconds": Rollup.up_seconds + statement.excluded.up_seconds,
                    "down_seconds": Rollup.down_seconds + statement.excluded.down_seconds,
                },
            )
        )

    async def forget_old(self, *, now: datetime) -> None:
        old = or_(
            and_(Rollup.width == HOUR, Rollup.bucket < now - _HOURS_KEPT),
            and_(Rollup.width == DAY, Rollup.bucket < now - _DAYS_KEPT),
        )
        await self._session.execute(delete(Rollup).where(old))


async def board(connection: AsyncConnection, *, for_admin: bool) -> Sequence[RowMapping]:
    """Everything a list shows, in one query whose cost does not grow with the history."""
    statement = (
        select(
            Monitor.id,
            Monitor.name,
            Monitor.visibility,
            *(column for column in Standing.__table__.columns if column.name not in ("monitor_id", "recent")),
        )
        .outerjoin(Standing, Standing.monitor_id == Monitor.id)
        .where(Monitor.enabled)
        .order_by(Monitor.position)
    )
    if not for_admin:
        statement = statement.where(Monitor.visibility == "everyone")
    return (await connection.execute(statement)).mappings().all()
