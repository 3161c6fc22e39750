"""Reads and writes of incidents."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, or_, select, text

from medianest_common.db import Repository
from medianest_health.models import Incident, Monitor
from medianest_health.repository.incident_views import TURNS_SHOWN

_THIN_OUT = text("""
    with numbered as (
        select t.id, row_number() over (partition by t.incident_id order by t.at, t.id) as from_first,
               row_number() over (partition by t.incident_id order by t.at desc, t.id desc) as from_last
        from incident_turns t join incidents i on i.id = t.incident_id
        where i.closed_at is null or i.closed_at > :closed_after
    )
    delete from incident_turns t using numbered n where t.id = n.id and n.from_first > 1 and n.from_last > :latest
""")


class Incidents(Repository[Incident]):
    model = Incident

    async def latest_of(self, monitors: Collection[UUID]) -> dict[UUID, Incident]:
        """By monitor: the one that is open, or the last there was. Whoever asks holds the standings."""
        its = select(Incident.id).where(Incident.monitor_id == Monitor.id)
        is_open = its.where(Incident.closed_at.is_(None)).scalar_subquery()
        # By the clock one that is over may have begun later than the one that is open.
        last = its.order_by(Incident.opened_at.desc(), Incident.id.desc()).limit(1).scalar_subquery()
        chosen = func.coalesce(is_open, last)
        ids = select(chosen).select_from(Monitor).where(Monitor.id.in_(list(monitors)))
        rows = await self.session.scalars(self.select().where(Incident.id.in_(ids)))
        return {incident.monitor_id: incident for incident in rows}

    async def unwatched(self, leaving: Collection[UUID] = ()) -> Sequence[tuple[Incident, Monitor]]:
        """Those that are open of what is watched no more, or is just `leaving`. Somebody else has them where they are
        locked."""
        is_left = or_(~Monitor.enabled, Monitor.paused, Monitor.id.in_(list(leaving)))
        statement = (
            select(Incident, Monitor)
            .join(Monitor, Monitor.id == Incident.monitor_id)
            .where(Incident.closed_at.is_(None), is_left)
            .with_for_update(of=Incident, skip_locked=True)
        )
        return [(incident, monitor) for incident, monitor in await self.session.execute(statement)]

    async def thin_out(self, *, closed_after: datetime) -> None:
        """Of those that are open, or were closed later than that: whatever turns are shown no more."""
        await self.session.execute(_THIN_OUT, {"closed_after": closed_after, "latest": TURNS_SHOWN - 1})

    async def forget(self, *, before: datetime) -> None:
        await self.session.execute(
            delete(Incident).where(Incident.opened_at < before, Incident.closed_at.is_not(None))
        )
