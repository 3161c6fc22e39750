"""Single results, and what is made of them."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from medianest_health.models import Result, Rollup
from medianest_health.repository.bulk import insert_rows
from medianest_health.uptime import DAY, FINE, HOUR

KEPT = {FINE: timedelta(days=8), HOUR: timedelta(days=92), DAY: timedelta(days=730)}
"""Roll-ups, by their width."""


class History:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add_results(self, rows: Sequence[dict[str, Any]]) -> None:
        """What is there already stays as it is."""
        await insert_rows(self._session, Result, rows, keys=("monitor_id", "at"), update=False)

    async def forget_old(self, monitors: Collection[UUID], *, now: datetime) -> None:
        """Roll-ups of these; of a few at a time, since they are found by their monitor."""
        for width, kept in KEPT.items():
            old = (Rollup.monitor_id.in_(monitors), Rollup.width == width, Rollup.bucket < now - kept)
            await self._session.execute(delete(Rollup).where(*old))
