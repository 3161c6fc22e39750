"""Monitors as administrators keep them."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, insert, select, text

from medianest_common.db import Repository
from medianest_health.models import Dependency, Monitor, MonitorGroup, Schedule

_ONE_AT_A_TIME = 0x6D6F6E69
"""For an advisory lock: places in lists and dependencies are decided by one after the other."""

_IN_ORDER = text("""
    update monitors m set position = x.position
    from unnest(cast(:ids as uuid[]), cast(:positions as bigint[])) as x(id, position) where m.id = x.id
""")

_HURRY = text("""
    update schedules set due_at = :now
    where monitor_id = :monitor and due_at > :now and (claimed_until is null or claimed_until < now())
""")


class ManagedMonitors(Repository[Monitor]):
    model = Monitor

    async def alone(self) -> None:
        """Until this transaction ends nobody else adds, orders or binds monitors."""
        await self.session.execute(select(func.pg_advisory_xact_lock(_ONE_AT_A_TIME)))

    async def locked(self, ids: Collection[UUID]) -> Sequence[Monitor]:
        """Those that there are, in an order that everybody keeps to."""
        statement = self.select().where(Monitor.id.in_(list(ids))).order_by(Monitor.id)
        return (await self.session.scalars(statement.with_for_update(key_share=True))).all()

    async def last_position(self) -> int:
        return int((await self.session.execute(select(func.max(Monitor.position)))).scalar_one() or 0)

    async def bind(self, monitor_id: UUID, depends_on: Collection[UUID]) -> None:
        """It depends on these and no others."""
        await self.session.execute(delete(Dependency).where(Dependency.monitor_id == monitor_id))
        if depends_on:
            rows = [{"monitor_id": monitor_id, "depends_on": each} for each in sorted(set(depends_on))]
            await self.session.execute(insert(Dependency), rows)

    async def bonds(self) -> dict[UUID, set[UUID]]:
        """What each depends on."""
        found: dict[UUID, set[UUID]] = {}
        for row in await self.session.execute(select(Dependency.monitor_id, Dependency.depends_on)):
            found.setdefault(row.monitor_id, set()).add(row.depends_on)
        return found

    async def remove(self, ids: Collection[UUID]) -> int:
        """With all that is known of them. Whoever writes down a check holds its schedule and then refers to the
        monitor, so that the schedule is taken first here as well."""
        held = select(Schedule.monitor_id).where(Schedule.monitor_id.in_(list(ids)))
        await self.session.execute(held.order_by(Schedule.monitor_id).with_for_update())
        return await self.delete(Monitor.id.in_(list(ids)))

    async def hurry(self, monitor_id: UUID, *, now: datetime) -> None:
        """It is due again, where a look that was under way has put it off."""
        await self.session.execute(_HURRY, {"monitor": monitor_id, "now": now})

    async def put_in_order(self, ids: Sequence[UUID]) -> None:
        places = {"ids": list(ids), "positions": list(range(1, len(ids) + 1))}
        await self.session.execute(_IN_ORDER, places)


class Groups(Repository[MonitorGroup]):
    model = MonitorGroup

    async def in_order(self) -> Sequence[MonitorGroup]:
        return (
            await self.session.scalars(self.select().order_by(MonitorGroup.position, MonitorGroup.id))
        ).all()

    async def sizes(self) -> dict[UUID, int]:
        statement = select(Monitor.group_id, func.count()).where(Monitor.group_id.is_not(None))
        rows = await self.session.execute(statement.group_by(Monitor.group_id))
        return {group_id: number for group_id, number in rows if group_id is not None}
