"""Single results, and what is made of them."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, text
from sqlalchemy.ext.asyncio import AsyncSession

from medianest_health.models import Result, Rollup
from medianest_health.repository.bulk import insert_rows
from medianest_health.uptime import DAY, FINE, HOUR

KEPT = {FINE: timedelta(days=8), HOUR: timedelta(days=92), DAY: timedelta(days=730)}
"""Roll-ups, by their width."""


_END_UNWATCHED = text("""
    update results r set holds_seconds = extract(epoch from cast(:now as timestamptz) - r.at)
    from standings s join monitors m on m.id = s.monitor_id
    where (m.paused or not m.enabled) and r.monitor_id = s.monitor_id and r.at = s.last_check_at
      and r.at <= :now and r.at > cast(:now as timestamptz) - interval '3 days'
      and r.at + make_interval(secs => r.holds_seconds) > :now
""")


_REMOVED = text("""
    with recursive found as (
        (select monitor_id from rollups order by monitor_id limit 1)
        union all
        select (select r.monitor_id from rollups r where r.monitor_id > f.monitor_id order by r.monitor_id limit 1)
        from found f where f.monitor_id is not null
    )
    select monitor_id from found
    where monitor_id is not null and not exists (select from monitors m where m.id = monitor_id)
""")
"""Steps from one monitor to the next, since each has thousands of rows."""


class History:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add_results(self, rows: Sequence[dict[str, Any]]) -> None:
        """What is there already stays as it is."""
        await insert_rows(self._session, Result, rows, keys=("monitor_id", "at"), update=False)

    async def end_unwatched(self, *, now: datetime) -> None:
        """The last check of what nobody looks at any more speaks for no more time than up to now."""
        await self._session.execute(_END_UNWATCHED, {"now": now})

    async def removed(self) -> Sequence[UUID]:
        """Monitors that there are no more, with roll-ups that there still are."""
        return (await self._session.execute(_REMOVED)).scalars().all()

    async def forget(self, monitor_id: UUID) -> None:
        await self._session.execute(delete(Rollup).where(Rollup.monitor_id == monitor_id))

    async def forget_old(self, monitors: Collection[UUID], *, now: datetime) -> None:
        """Roll-ups of these; of a few at a time, since they are found by their monitor."""
        for width, kept in KEPT.items():
            old = (Rollup.monitor_id.in_(monitors), Rollup.width == width, Rollup.bucket < now - kept)
            await self._session.execute(delete(Rollup).where(*old))
