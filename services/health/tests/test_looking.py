"""Who looks at what, and when: over replicas that come and go, things that hang, and changes by admins."""

import asyncio
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import TextClause, text

from medianest.testing import eventually
from medianest_common.contracts.health import MonitorState
from medianest_health.repository import schedules
from medianest_health.repository.schedules import Schedules
from medianest_health.scheduling import LEASE_SECONDS, next_due
from services.health.tests.household import Household
from services.health.tests.things import Thing, change, every, outcomes, replicas, somebody_waits

_IDS = st.uuids(version=4)
_STEPS = st.integers(20, 86_400).map(lambda seconds: timedelta(seconds=seconds))
_MOMENTS = st.integers(0, 365 * 86_400).map(
    lambda seconds: datetime.fromtimestamp(1_780_000_000 + seconds, UTC)
)
NONE = timedelta()
_LEASE_SECONDS, _STEP_BACK_SECONDS = 6.0, 5.0


@given(_IDS, _STEPS, _MOMENTS)
def test_a_monitor_is_due_at_moments_of_its_own_one_interval_apart(
    monitor: UUID, step: timedelta, after: datetime
) -> None:
    due = next_due(monitor, interval=step, after=after, jitter=NONE)

    assert step / 2 - timedelta(milliseconds=1) <= due - after <= step * 1.5 + timedelta(milliseconds=1)
    following = next_due(monitor, interval=step, after=due, jitter=NONE)
    assert abs(following - due - step) < timedelta(milliseconds=1)


@given(_IDS, _STEPS, _MOMENTS, st.floats(0, 30), st.floats(0, 10))
def test_neither_jitter_nor_how_long_it_took_ever_add_up(
    monitor: UUID, step: timedelta, after: datetime, took: float, jitter: float
) -> None:
    late = after + min(timedelta(seconds=took), step / 3)
    due = next_due(monitor, interval=step, after=after, jitter=NONE)
    jittered = next_due(monitor, interval=step, after=due, jitter=timedelta(seconds=jitter))

    assert jittered - due - step + timedelta(milliseconds=1) >= NONE
    assert jittered - due - step <= step / 10 + timedelta(milliseconds=1)
    once_more = next_due(monitor, interval=step, after=jittered, jitter=NONE)
    assert abs(once_more - due - 2 * step) < timedelta(milliseconds=1)
    assert late < jittered


def test_what_was_restarted_together_is_not_looked_at_together() -> None:
    step, now = timedelta(seconds=20), datetime(2026, 5, 1, tzinfo=UTC)
    dues = sorted(
        next_due(UUID(int=n * 0x9E3779B97F4A7C15), interval=step, after=now, jitter=NONE) for n in range(200)
    )

    assert max(b - a for a, b in pairwise(dues)) < timedelta(seconds=1)


@pytest.fixture
def long_leases(monkeypatch: pytest.MonkeyPatch) -> None:
    """A replica that is late is given more time than in earnest before another takes its place, so that it has not
    gone where the machine stood still for a moment."""
    for name in ("_CLAIM", "_RENEW"):
        statement: TextClause = getattr(schedules, name)
        assert f"secs => {LEASE_SECONDS}" in statement.text
        longer = statement.text.replace(f"secs => {LEASE_SECONDS}", f"secs => {_LEASE_SECONDS}")
        monkeypatch.setattr(schedules, name, text(longer))
    monkeypatch.setattr(schedules, "STEP_BACK_SECONDS", _STEP_BACK_SECONDS)


@pytest.mark.usefixtures("long_leases")
async def test_two_replicas_look_at_each_thing_once_and_one_takes_over_from_the_other(
    home: Household,
) -> None:
    things = [Thing(f"thing {n}") for n in range(6)]
    stuck = things[0]
    await every(home, things, seconds=1, timeout=60)
    async with replicas(home, things) as both:
        await both.start("first")
        await eventually(lambda: _all_seen(things, by="first", times=2))
        await both.start("second")
        stuck.hangs_for = {"first"}
        before = len(stuck.looks)
        began = asyncio.get_running_loop().time()
        # Longer than a lease holds that is not renewed.
        await eventually(lambda: _all_seen_since(things[1:], began + _LEASE_SECONDS + 1))
        # Whoever looked at it last goes on, and nobody looks twice.
        assert {by for thing in things for by, _ in thing.looks} == {"first"}
        assert len(stuck.looks) == before + 1
        for thing in things[1:]:
            seconds = thing.moments()[-1] - thing.moments()[0]
            assert len(thing.looks) <= seconds + 2

        both.kill("first")
        killed = asyncio.get_running_loop().time()
        await eventually(lambda: _all_seen(things, by="second", times=1))
        # 5 s are promised: `test_stopped.py` kills a process and says how long it took. Here it is another time, and
        # the machine may be slower.
        assert max(thing.moments("second")[0] for thing in things) - killed < 30
        await eventually(lambda: _all_seen(things, by="second", times=2))


async def test_a_replica_that_goes_in_order_leaves_everything_to_others_at_once(home: Household) -> None:
    things = [Thing("thing")]
    await every(home, things, seconds=3600)
    async with replicas(home, things) as others:
        async with replicas(home, things) as leaving:
            await leaving.start("first")
            await eventually(lambda: _all_seen(things, by="first", times=1))
        await others.start("second")
        async with home.app.db.transaction() as tx:
            [monitor] = [each.id for each in await home.monitors() if each.name == "thing"]
            await Schedules(tx.session).look_now([monitor], now=home.clock.now())
        await eventually(lambda: _all_seen(things, by="second", times=1))


@pytest.mark.long
async def test_what_hangs_holds_up_nothing_else(home: Household) -> None:
    """Twice as many things hang as there are places for probes."""
    well = [Thing(f"well {n}") for n in range(4)]
    hanging = [Thing(f"hanging {n}", hangs_for={"one"}) for n in range(24)]
    await every(home, [*well, *hanging], seconds=1, timeout=1)
    async with replicas(home, [*well, *hanging]) as running:
        await running.start("one", at_once=12)
        await eventually(lambda: _all_seen(hanging, by="one", times=2))
        first = min(thing.moments()[1] for thing in hanging)
        later = [len([at for at in thing.moments() if at > first]) for thing in well]
        rounds = asyncio.get_running_loop().time() - first
        # Half of what they should get on a quiet machine.
        assert min(later) >= rounds / 2 - 1, (later, rounds)
        assert max(len(thing.looks) for thing in hanging) - min(len(thing.looks) for thing in hanging) <= 2


@pytest.mark.long
async def test_a_paused_monitor_is_left_alone_and_looked_at_again_when_it_is_not(home: Household) -> None:
    things = [Thing("paused"), Thing("other")]
    await every(home, things, seconds=1)
    async with replicas(home, things) as running:
        await running.start("one")
        await eventually(lambda: _all_seen(things, by="one", times=1))
        await change(home, "update monitors set paused = true where name = 'paused'")
        other = len(things[1].looks)
        # What had begun by then comes to an end.
        await eventually(lambda: _all_seen(things[1:], by="one", times=other + 2))
        seen, other = len(things[0].looks), len(things[1].looks)
        await eventually(lambda: _all_seen(things[1:], by="one", times=other + 3))
        assert len(things[0].looks) == seen
        await change(home, "update monitors set paused = false where name = 'paused'")
        await eventually(lambda: _all_seen(things, by="one", times=seen + 2))


async def test_another_interval_counts_at_once_and_so_does_looking_on_demand(home: Household) -> None:
    things = [Thing("thing")]
    await every(home, things, seconds=86_400)
    async with replicas(home, things) as running:
        await running.start("one")
        await eventually(lambda: _all_seen(things, by="one", times=1))
        await eventually(lambda: _stored(home, "thing", 1))
        async with home.app.db.transaction() as tx:
            [monitor] = [each.id for each in await home.monitors() if each.name == "thing"]
            await Schedules(tx.session).look_now([monitor], now=home.clock.now())
        await eventually(lambda: _all_seen(things, by="one", times=2))
        await change(home, "update monitors set interval_seconds = 1 where name = 'thing'")
        await eventually(lambda: _all_seen(things, by="one", times=4))


async def test_a_clock_that_was_set_back_stops_nothing(home: Household) -> None:
    things = [Thing("thing")]
    await every(home, things, seconds=1)
    async with replicas(home, things) as running:
        await running.start("one")
        await eventually(lambda: _all_seen(things, by="one", times=1))
        home.clock.advance(-86_400)
        await eventually(lambda: _stored(home, "thing", 3))


async def test_a_heartbeat_is_missed_although_the_clock_was_a_day_ahead(home: Household) -> None:
    """It is looked for every minute, however far apart heartbeats are."""
    await every(home, [Thing("thing")], seconds=86_400)
    monitor = next(each for each in await home.monitors() if each.name == "thing")
    await change(home, "update monitors set kind = 'push', origin = 'manual' where id = :id", id=monitor.id)
    ahead = home.clock.now() + timedelta(days=1)
    await change(
        home,
        "insert into schedules (monitor_id, due_at) values (:id, :ahead)"
        " on conflict (monitor_id) do update set due_at = :ahead",
        id=monitor.id,
        ahead=ahead,
    )

    async with home.app.db.transaction() as tx:
        found = await Schedules(tx.session).claim(
            "me", automatic={}, now=home.clock.now(), places=9, hung_places=9
        )

    assert [each.name for each in found] == ["thing"]


async def test_one_that_cannot_be_opened_stops_no_other(home: Household) -> None:
    """Written by hand, or by another release: nothing that we could have made."""
    things = [Thing("odd"), Thing("good")]
    await every(home, things, seconds=3600)
    await change(
        home, "update monitors set kind = 'tcp', origin = 'manual', config = '[]' where name = 'odd'"
    )
    async with replicas(home, things[1:]) as running:
        await running.start("one")
        await eventually(lambda: _stored(home, "good", 1))
        await eventually(lambda: _is_unknown(home, "odd"))


@pytest.mark.parametrize("what", ["renew", "give_up"])
async def test_schedules_are_locked_in_one_order(home: Household, what: str) -> None:
    """Somebody goes through them one by one, as it happens when maintenance of everything begins."""
    await every(home, [Thing(f"thing {n}") for n in range(3)], seconds=3600)
    await home.probers[-1].sweep()
    ids = sorted(each.id for each in await home.monitors())
    await change(home, "update schedules set claimed_by = 'me'")
    # So that it comes last wherever the table is read as it lies there.
    await change(home, "update schedules set hung = true where monitor_id = :id", id=ids[0])

    async def go_through_all() -> None:
        async with home.app.db.transaction() as tx:
            if what == "renew":
                await Schedules(tx.session).renew("me", ids)
            else:
                await Schedules(tx.session).give_up("me")

    now = home.clock.now()
    async with home.app.db.transaction() as tx:
        await Schedules(tx.session).look_now(ids[:1], now=now)
        going = asyncio.create_task(go_through_all())
        await eventually(lambda: somebody_waits(home))
        await Schedules(tx.session).look_now(ids[-1:], now=now)
    await going


async def _all_seen(things: list[Thing], *, by: str, times: int) -> bool:
    return all(len(thing.moments(by)) >= times for thing in things)


async def _all_seen_since(things: list[Thing], moment: float) -> bool:
    return all(thing.moments()[-1] >= moment for thing in things)


async def _is_unknown(home: Household, name: str) -> bool:
    return (await outcomes(home))[name] == [MonitorState.UNKNOWN]


async def _stored(home: Household, name: str, times: int) -> bool:
    return (await outcomes(home))[name].count(MonitorState.UP) >= times


@pytest.fixture
async def home(sandbox, clock) -> Household:  # type: ignore[no-untyped-def]
    home = Household(sandbox, clock)
    await home.start()
    return home
