"""Reads of how services have been."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from medianest_common.db import Repository
from medianest_notifications.models import Outage


class Outages(Repository[Outage]):
    model = Outage

    async def of(self, monitor_id: UUID) -> Outage | None:
        """Locked until the transaction ends, also where there is none yet."""
        await self.session.execute(
            select(func.pg_advisory_xact_lock(func.hashtextextended(f"outage:{monitor_id}", 0)))
        )
        return await self.get(monitor_id, lock=True)

    async def due(self, *, now: datetime, most: int) -> Sequence[UUID]:
        statement = select(Outage.monitor_id).where(Outage.due_at <= now).order_by(Outage.due_at).limit(most)
        return (await self.session.scalars(statement)).all()
