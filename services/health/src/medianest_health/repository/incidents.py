"""Reads and writes of incidents."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, or_, select, update
from sqlalchemy.dialects.postgresql import distinct_on

from medianest_common.db import Repository
from medianest_health.models import Incident, Monitor


class Incidents(Repository[Incident]):
    model = Incident

    async def latest_of(self, monitors: Collection[UUID], *, closed_after: datetime) -> dict[UUID, Incident]:
        """By monitor: the one that is open, else the last of those closed of late. Whoever asks holds the standings."""
        statement = (
            self.select()
            .ext(distinct_on(Incident.monitor_id))
            .where(Incident.monitor_id.in_(list(monitors)))
            .where(or_(Incident.closed_at.is_(None), Incident.closed_at > closed_after))
            .order_by(Incident.monitor_id, Incident.closed_at.desc().nulls_first())
        )
        return {
            incident.monitor_id: incident for incident in (await self.session.execute(statement)).scalars()
        }

    async def close_unwatched(self, *, now: datetime) -> None:
        """Those of what is watched no more are over, and nobody can say how they ended."""
        watched = select(Monitor.id).where(Monitor.enabled, ~Monitor.paused)
        unwatched = update(Incident).where(Incident.closed_at.is_(None), Incident.monitor_id.not_in(watched))
        await self.session.execute(unwatched.values(closed_at=now))

    async def forget(self, *, before: datetime) -> None:
        await self.session.execute(
            delete(Incident).where(Incident.opened_at < before, Incident.closed_at.is_not(None))
        )
