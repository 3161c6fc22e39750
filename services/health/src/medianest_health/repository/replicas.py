"""The replicas of the suite, as they were heard of."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from sqlalchemy import delete, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from medianest_common.db import Repository
from medianest_health.models import Monitor, Replica
from medianest_health.roster import Place

_ONE_AT_A_TIME = text("select pg_advisory_xact_lock(7316, hashtext('replicas'))")
_ALL = text("""
    select instance, service, version, started_at, first_seen_at, last_seen_at, left_at, vanished_at, replaced_by
    from replicas
""")
# As arrays, so that the statement is the same however many there are: it is run every few seconds.
_PUT = text("""
    insert into replicas
        (instance, service, version, started_at, first_seen_at, last_seen_at, left_at, vanished_at, replaced_by)
    select * from unnest(cast(:instance as text[]), cast(:service as text[]), cast(:version as text[]),
        cast(:started_at as timestamptz[]), cast(:first_seen_at as timestamptz[]),
        cast(:last_seen_at as timestamptz[]), cast(:left_at as timestamptz[]), cast(:vanished_at as timestamptz[]),
        cast(:replaced_by as text[]))
    on conflict (instance) do update set
        last_seen_at = excluded.last_seen_at, left_at = excluded.left_at,
        vanished_at = excluded.vanished_at, replaced_by = excluded.replaced_by
""")
_MISSED = Replica.vanished_at.is_not(None) & Replica.replaced_by.is_(None) & Replica.left_at.is_(None)


class Replicas(Repository[Replica]):
    model = Replica

    async def all_locked(self) -> Mapping[str, Place]:
        """Until the end of the transaction no other replica of ours judges."""
        await self.session.execute(_ONE_AT_A_TIME)
        rows = await self.session.execute(_ALL)
        return {row.instance: Place(*row) for row in rows}

    async def put(self, places: Sequence[Place]) -> None:
        if places:
            columns = {name: [getattr(place, name) for place in places] for name in Place.__slots__}
            await self.session.execute(_PUT, columns)

    async def monitors_of(self, services: Collection[str]) -> Sequence[UUID]:
        """Those that watch these services."""
        keys = [f"service:{service}" for service in services]
        return (await self.session.scalars(select(Monitor.id).where(Monitor.key.in_(keys)))).all()

    async def forget(self, instances: Sequence[str]) -> None:
        if instances:
            await self.session.execute(delete(Replica).where(Replica.instance.in_(instances)))


async def missed(connection: AsyncConnection, service: str) -> int:
    """How many have vanished and were not replaced."""
    statement = select(func.count()).select_from(Replica).where(Replica.service == service, _MISSED)
    return (await connection.execute(statement)).scalar_one()


async def known(connection: AsyncConnection) -> Sequence[Place]:
    """Those that are there and those that are missed."""
    statement = (
        select(*(getattr(Replica, name) for name in Place.__slots__))
        .where(Replica.left_at.is_(None), Replica.replaced_by.is_(None))
        .order_by(Replica.service, Replica.first_seen_at)
    )
    return [Place(*row) for row in await connection.execute(statement)]
