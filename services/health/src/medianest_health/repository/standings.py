"""How everything stands."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, text, update

from medianest_common.contracts.health import MonitorState
from medianest_common.db import Repository
from medianest_health.models import Schedule, Standing
from medianest_health.repository.bulk import insert_rows

# The oldest bucket of a window counts by the share of it that lies inside.
_SHARES = text("""
    with moment as (
        select cast(:now as double precision) as now
    ), windows (name, seconds, width) as (
        values ('day', 86400, 3600), ('week', 604800, 3600), ('month', 2592000, 86400), ('quarter', 7776000, 86400)
    ), inside as (
        select r.monitor_id, w.name, r.up_seconds, r.down_seconds, r.maintenance_seconds,
               greatest(0, least(1, (extract(epoch from r.bucket) + r.width - now + w.seconds) / r.width)) as share
        from moment, windows w join rollups r on r.width = w.width
        where r.monitor_id = any(cast(:monitors as uuid[])) and r.bucket > to_timestamp(now - w.seconds - w.width)
          and r.bucket <= to_timestamp(now)
    ), summed as (
        select monitor_id, name, sum(up_seconds * share) as up, sum((up_seconds + down_seconds) * share) as known,
               sum((up_seconds + down_seconds + maintenance_seconds) * share) as measured
        from inside group by monitor_id, name
    ), shares as (
        select asked.monitor_id,
               max(up / nullif(known, 0)) filter (where name = 'day') as day,
               max(up / nullif(known, 0)) filter (where name = 'week') as week,
               max(up / nullif(known, 0)) filter (where name = 'month') as month,
               max(up / nullif(known, 0)) filter (where name = 'quarter') as quarter,
               least(1, coalesce(max(measured / 86400) filter (where name = 'day'), 0)) as coverage
        from unnest(cast(:monitors as uuid[])) as asked(monitor_id) left join summed using (monitor_id)
        group by asked.monitor_id
    )
    update standings set uptime_day = s.day, uptime_week = s.week, uptime_month = s.month,
                         uptime_quarter = s.quarter, coverage = s.coverage
    from shares s
    where s.monitor_id = standings.monitor_id
      and (uptime_day, uptime_week, uptime_month, uptime_quarter, standings.coverage)
          is distinct from (s.day, s.week, s.month, s.quarter, s.coverage)
""")


class Standings(Repository[Standing]):
    model = Standing

    async def lock(self, monitors: Iterable[UUID]) -> None:
        """All in one order, so that nobody waits for somebody who waits for him."""
        wanted = select(Standing.monitor_id).where(Standing.monitor_id.in_(list(monitors)))
        await self.session.execute(wanted.order_by(Standing.monitor_id).with_for_update())

    async def begin_anew(self, monitors: Collection[UUID], *, now: datetime, elsewhere: bool = False) -> None:
        """What was found before counts no more for how they stand: nobody looked for a while, or at something else.

        Whoever writes down a check holds its schedule, so that it is taken first here as well.
        """
        held = select(Schedule.monitor_id).where(Schedule.monitor_id.in_(list(monitors)))
        await self.session.execute(held.order_by(Schedule.monitor_id).with_for_update(key_share=True))
        await self.lock(monitors)
        values: dict[str, Any] = {
            "state": MonitorState.PENDING.value,
            "since": now,
            "verdict": MonitorState.PENDING.value,
            "verdict_since": now,
            "recent": "",
            "turns": [],
            "blocked_by": None,
            "message": None,
        }
        if elsewhere:
            values |= {"certificate_expires_at": None, "certificate_fingerprint": None}
        await self.session.execute(
            update(Standing).where(Standing.monitor_id.in_(list(monitors))).values(values)
        )

    async def put(self, rows: Sequence[dict[str, Any]]) -> None:
        """`rows` in the order of `lock`."""
        await insert_rows(self.session, Standing, rows, keys=("monitor_id",))

    async def refresh_uptime(self, monitors: Sequence[UUID], *, now: datetime) -> None:
        await self.lock(monitors)
        await self.session.execute(_SHARES, {"monitors": list(monitors), "now": now.timestamp()})
