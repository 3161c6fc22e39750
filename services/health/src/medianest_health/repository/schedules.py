"""Which monitors are due, and which replica looks at which."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert as upsert

from medianest_common.db import Repository
from medianest_health.models import Monitor, Schedule
from medianest_health.scheduling import LEASE_SECONDS, PUSH_SECONDS, STEP_BACK_SECONDS, TICK_SECONDS

# A clock that was set back would leave monitors due in a far future; so those are due as well.
_EVERY = (
    f"case when m.kind = 'push' then least(m.interval_seconds, {PUSH_SECONDS}) else m.interval_seconds end"
)
_FAR_OFF = f"s.due_at > cast(:now as timestamptz) + make_interval(secs => {_EVERY} * 2 + 60)"
_KNOWN = "(m.key, m.target) in (select * from unnest(cast(:keys as text[]), cast(:targets as text[])))"
_WATCHED = "m.enabled and not m.paused and (m.origin <> 'automatic' or " + _KNOWN + ")"

_SKEW = timedelta(minutes=1)

_CLAIM = text(f"""
    with due as (
        select s.monitor_id, s.hung, row_number() over (partition by s.hung order by s.due_at) as place
        from schedules s join monitors m on m.id = s.monitor_id
        where {_WATCHED} and (s.due_at <= :soon or {_FAR_OFF})
          and (s.claimed_until is null or s.claimed_until < now())
          and (s.claimed_by is null or s.claimed_by = :replica or s.due_at <= :overdue or s.due_at > :soon)
    ), free as (
        select s.monitor_id
        from due join schedules s on s.monitor_id = due.monitor_id
        where due.place <= case when due.hung then cast(:hung_places as bigint) else cast(:places as bigint) end
          and (s.claimed_until is null or s.claimed_until < now())
        order by s.hung, s.due_at
        limit :places
        for no key update of s skip locked
    )
    update schedules s
    set claimed_by = :replica, claimed_until = now() + make_interval(secs => {LEASE_SECONDS})
    from free, monitors m
    where s.monitor_id = free.monitor_id and m.id = free.monitor_id
    returning m.id, m.key, m.kind, m.origin, m.name, m.interval_seconds, m.timeout_seconds, m.updated_at, s.due_at,
        s.hung
""")  # noqa: S608

# Many rows are locked in the order of their ids before any is changed, so that nobody waits for somebody who waits for
# him.
_RENEW = text(f"""
    with ours as (
        select monitor_id from schedules
        where claimed_by = :replica and monitor_id = any(cast(:monitors as uuid[]))
        order by monitor_id
        for no key update
    )
    update schedules s set claimed_until = now() + make_interval(secs => {LEASE_SECONDS})
    from ours where s.monitor_id = ours.monitor_id
""")  # noqa: S608

_GIVE_UP = text("""
    with ours as (
        select monitor_id from schedules where claimed_by = :replica order by monitor_id for no key update
    )
    update schedules s set claimed_by = null, claimed_until = null from ours where s.monitor_id = ours.monitor_id
""")

_PLAN_NEW = text("""
    insert into schedules (monitor_id, due_at)
    select m.id, cast(:now as timestamptz) + random() * make_interval(secs => cast(:spread as double precision))
    from monitors m left join schedules s on s.monitor_id = m.id
    where s.monitor_id is null and m.enabled
    order by m.id
    on conflict do nothing
""")

_KEPT = text("""
    select s.monitor_id from schedules s join monitors m on m.id = s.monitor_id
    where s.claimed_by = :replica and m.enabled and not m.paused
""")

_LOCK = text("""
    select s.monitor_id from schedules s join monitors m on m.id = s.monitor_id
    where s.monitor_id = any(cast(:monitors as uuid[])) and s.claimed_by = :replica and m.enabled and not m.paused
    order by s.monitor_id
    for no key update of s
""")

_DONE = text("""
    update schedules s set claimed_until = null, due_at = x.due_at, hung = x.hung
    from unnest(cast(:monitors as uuid[]), cast(:due as timestamptz[]), cast(:hung as boolean[]))
         as x(monitor_id, due_at, hung)
    where s.monitor_id = x.monitor_id and s.claimed_by = :replica
""")


@dataclass(frozen=True, slots=True)
class Claimed:
    """What one look at a monitor needs to know."""

    id: UUID
    key: str
    kind: str
    origin: str
    name: str
    interval_seconds: int
    timeout_seconds: float
    updated_at: datetime
    due_at: datetime
    hung: bool
    """It did last time."""


@dataclass(frozen=True, slots=True)
class Next:
    """When it is due again, and whether it kept us waiting."""

    monitor_id: UUID
    due_at: datetime
    hung: bool


class Schedules(Repository[Schedule]):
    model = Schedule

    async def claim(
        self, replica: str, *, automatic: Mapping[str, str], now: datetime, places: int, hung_places: int
    ) -> Sequence[Claimed]:
        """Those due within this tick that no living replica looks at, the longest due first, of those that hung last
        time no more than `hung_places`. `automatic` are the keys and targets that this replica knows how to look at:
        what is known by such a key to be elsewhere is left to others.
        """
        found = await self.session.execute(
            _CLAIM,
            {
                "replica": replica,
                "keys": list(automatic),
                "targets": list(automatic.values()),
                "now": now,
                "soon": now + timedelta(seconds=TICK_SECONDS),
                "overdue": now - timedelta(seconds=STEP_BACK_SECONDS),
                "places": places,
                "hung_places": hung_places,
            },
        )
        return sorted((Claimed(*row) for row in found), key=lambda claimed: claimed.due_at)

    async def renew(self, replica: str, monitors: Collection[UUID]) -> None:
        await self.session.execute(_RENEW, {"replica": replica, "monitors": list(monitors)})

    async def plan_new(self, *, now: datetime, spread_seconds: float) -> None:
        """Whatever nobody has planned yet is due at once, or spread over a moment."""
        await self.session.execute(_PLAN_NEW, {"now": now, "spread": spread_seconds})

    async def kept_by(self, replica: str) -> set[UUID]:
        """Those that are still for this replica to look at."""
        return set((await self.session.execute(_KEPT, {"replica": replica})).scalars())

    async def lock(self, replica: str, monitors: Collection[UUID]) -> set[UUID]:
        """Those of them that are still for this replica to tell about, until the end of the transaction."""
        found = await self.session.execute(_LOCK, {"replica": replica, "monitors": list(monitors)})
        return set(found.scalars())

    async def done(self, replica: str, nexts: Sequence[Next]) -> None:
        await self.session.execute(
            _DONE,
            {
                "replica": replica,
                "monitors": [each.monitor_id for each in nexts],
                "due": [each.due_at for each in nexts],
                "hung": [each.hung for each in nexts],
            },
        )

    async def give_up(self, replica: str) -> None:
        """Everything is anybody's at once: this replica goes."""
        await self.session.execute(_GIVE_UP, {"replica": replica})

    async def look_now(self, monitors: Collection[UUID], *, now: datetime) -> None:
        """They are due, whenever they would have been."""
        if monitors:
            rows = [{"monitor_id": each, "due_at": now} for each in sorted(monitors)]
            statement = upsert(Schedule).values(rows)
            due = {"due_at": statement.excluded.due_at}
            await self.session.execute(
                statement.on_conflict_do_update(index_elements=[Schedule.monitor_id], set_=due)
            )

    async def hear(
        self,
        monitor_id: UUID,
        *,
        ok: bool,
        message: str | None,
        latency_ms: float | None,
        at: datetime,
        now: datetime,
        overtakable: bool = False,
    ) -> None:
        """It reports, and is looked at now. With `overtakable` it was received elsewhere, at `at`: what was received
        before that and arrives later changes nothing, unless a clock was set back meanwhile. Otherwise it has come at
        this moment, and counts whatever the clock of another replica has said."""
        heard = {
            "heartbeat_at": at,
            "heartbeat_ok": ok,
            "heartbeat_message": message,
            "heartbeat_ms": latency_ms,
            "due_at": now,
        }
        is_later = (
            Schedule.heartbeat_at.is_(None)
            | (Schedule.heartbeat_at <= at)
            | (Schedule.heartbeat_at > now + _SKEW)
        )
        statement = upsert(Schedule).values(monitor_id=monitor_id, **heard)
        await self.session.execute(
            statement.on_conflict_do_update(
                index_elements=[Schedule.monitor_id], set_=heard, where=is_later if overtakable else None
            )
        )

    async def monitors(self, monitors: Collection[UUID]) -> Sequence[Monitor]:
        """Their rows, to open probes from."""
        found = await self.session.execute(Monitor.__table__.select().where(Monitor.id.in_(list(monitors))))
        return [Monitor(**row) for row in found.mappings()]
