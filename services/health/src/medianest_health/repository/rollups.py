"""Roll-ups: five minutes made of results, hours of those, days of hours. All are set, and never added to."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from medianest_health.models import Rollup, Standing
from medianest_health.repository.bulk import insert_rows
from medianest_health.rolling import Bucket, Look
from medianest_health.uptime import FINE, start_of_bucket

OVERLAP = timedelta(minutes=2)
"""Results are a little late by nature: so much is rolled up again."""

_ANSWERED = "case when outcome in ('up', 'degraded', 'auth') then latency_ms end"

_LOOKS = text(f"""
    select monitor_id, at, counted, holds_seconds, {_ANSWERED} as latency_ms
    from results
    where monitor_id = any(cast(:monitors as uuid[])) and at >= :since and at < :until
    union all
    select before.monitor_id, before.at, before.counted, before.holds_seconds, before.latency_ms
    from unnest(cast(:monitors as uuid[])) as w(monitor_id)
    cross join lateral (
        select r.monitor_id, at, counted, holds_seconds, {_ANSWERED} as latency_ms
        from results r
        where r.monitor_id = w.monitor_id and at < :since and at >= cast(:since as timestamptz) - interval '3 days'
        order by at desc limit 1
    ) before
    order by monitor_id, at
""")  # noqa: S608

_WIDEN = text("""
    with parts as (
        select monitor_id, date_bin(make_interval(secs => :width), bucket, 'epoch'::timestamptz) as wide,
               up_seconds, down_seconds, maintenance_seconds, latencies
        from rollups
        where width = :narrow and monitor_id = any(cast(:monitors as uuid[])) and bucket >= :since and bucket < :until
    ), counted as (
        select monitor_id, wide, step, sum(number)::integer as number
        from parts, unnest(latencies) with ordinality as l(number, step)
        group by monitor_id, wide, step
    ), arrays as (
        select monitor_id, wide, array_agg(number order by step) as latencies from counted group by monitor_id, wide
    ), summed as (
        select monitor_id, wide, sum(up_seconds) as up, sum(down_seconds) as down,
               sum(maintenance_seconds) as maintenance
        from parts group by monitor_id, wide
    )
    insert into rollups (monitor_id, width, bucket, up_seconds, down_seconds, maintenance_seconds, latencies)
    select monitor_id, :width, wide, up, down, maintenance, latencies
    from summed left join arrays using (monitor_id, wide)
    on conflict (monitor_id, width, bucket) do update
    set up_seconds = excluded.up_seconds, down_seconds = excluded.down_seconds,
        maintenance_seconds = excluded.maintenance_seconds, latencies = excluded.latencies
""")

_ROLLED = text("""
    update standings s
    set rolled_until = case when s.rolled_until > cast(:until as timestamptz) + interval '5 minutes'
                            then :until else greatest(s.rolled_until, :until) end
    from unnest(cast(:monitors as uuid[]), cast(:seen as timestamptz[])) as x(monitor_id, seen)
    where s.monitor_id = x.monitor_id and s.rolled_until = x.seen
""")


class Unrolled(NamedTuple):
    monitor_id: UUID
    rolled_until: datetime
    last_check_at: datetime
    state: str
    verdict: str
    holds_seconds: float


class Rollups:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def unrolled(self) -> Sequence[Unrolled]:
        """Every monitor that was ever looked at, and since when."""
        columns = (getattr(Standing, name) for name in Unrolled._fields)
        rows = await self._session.execute(select(*columns).order_by(Standing.monitor_id))
        return [Unrolled(*row) for row in rows]

    async def looks(
        self, monitors: Collection[UUID], *, since: datetime, until: datetime
    ) -> Mapping[UUID, list[Look]]:
        """With the last one before `since`, which speaks for what follows."""
        rows = await self._session.execute(
            _LOOKS, {"monitors": list(monitors), "since": since, "until": until}
        )
        found: dict[UUID, list[Look]] = {}
        for monitor_id, *look in rows:
            found.setdefault(monitor_id, []).append(Look(*look))
        return found

    async def put(self, buckets: Mapping[UUID, Sequence[Bucket]]) -> None:
        rows = [_row(monitor_id, bucket) for monitor_id in sorted(buckets) for bucket in buckets[monitor_id]]
        await insert_rows(self._session, Rollup, rows, keys=("monitor_id", "width", "bucket"))

    async def widen(
        self, monitors: Collection[UUID], *, narrow: int, width: int, since: datetime, until: datetime
    ) -> None:
        """Whole buckets of `width` anew, out of those that are `narrow`."""
        await self._session.execute(
            _WIDEN,
            {
                "monitors": sorted(monitors),
                "narrow": narrow,
                "width": width,
                "since": start_of_bucket(since, width),
                "until": until,
            },
        )

    async def rolled(self, monitors: Sequence[Unrolled], *, until: datetime) -> None:
        """Unless something came late meanwhile. What lies ahead comes of a clock that was set back."""
        await self._session.execute(
            _ROLLED,
            {
                "until": until - OVERLAP,
                "monitors": [each.monitor_id for each in monitors],
                "seen": [each.rolled_until for each in monitors],
            },
        )


async def bars(
    connection: AsyncConnection, monitor_id: UUID, *, width: int, since: datetime
) -> Sequence[Rollup]:
    """Those of one width that end after `since`, oldest first."""
    statement = (
        select(Rollup.__table__)
        .where(Rollup.monitor_id == monitor_id, Rollup.width == width)
        .where(Rollup.bucket > since - timedelta(seconds=width))
        .order_by(Rollup.bucket)
    )
    return [Rollup(**row) for row in (await connection.execute(statement)).mappings()]


def _row(monitor_id: UUID, bucket: Bucket) -> dict[str, Any]:
    return {
        "monitor_id": monitor_id,
        "width": FINE,
        "bucket": bucket.start,
        "up_seconds": bucket.up,
        "down_seconds": bucket.down,
        "maintenance_seconds": bucket.maintenance,
        "latencies": bucket.latencies or None,
    }
