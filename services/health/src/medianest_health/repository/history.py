"""Single results, and the hours and days made of them."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import and_, delete, insert, or_
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from medianest_health.models import Result, Rollup
from medianest_health.uptime import DAY, HOUR, Measured

_HOURS_KEPT = timedelta(days=8)
_DAYS_KEPT = timedelta(days=730)


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
