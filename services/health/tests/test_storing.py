"""What was found is stored once, whatever happens to the database and to us meanwhile; and nothing of that is anybody's
outage."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from medianest.testing import Sandbox, eventually
from medianest_common.contracts.health import MonitorState
from medianest_common.db import open_database
from medianest_common.testing.fault_proxy import FaultProxy
from medianest_common.testing.shifted_clock import ShiftedClock
from medianest_health.adapters.probe import Finding
from medianest_health.checks import Check
from medianest_health.models import Base
from medianest_health.prober import Prober
from medianest_health.repository import Standings
from medianest_health.repository.schedules import Claimed, Schedules
from medianest_health.use_cases.store_checks import store_checks
from services.health.tests.household import Household
from services.health.tests.things import Thing, change, every, outcomes, replicas, somebody_waits

UP = Finding(MonitorState.UP, 5.0)
DOWN = Finding(MonitorState.DOWN, message="It does not answer.")


@pytest.fixture
async def home(sandbox: Sandbox, clock: ShiftedClock) -> Household:
    home = Household(sandbox, clock)
    await home.start()
    return home


async def test_the_same_result_twice_and_an_older_one_change_nothing(home: Household) -> None:
    await every(home, [Thing("thing")], seconds=3600)
    claimed = await _claimed(home, "thing")
    first, second = home.clock.now() - timedelta(seconds=40), home.clock.now() - timedelta(seconds=20)

    async def store(at: Any, finding: Finding) -> bool:
        # Whoever stores something holds the monitor; each time anew.
        await change(home, "update schedules set claimed_by = 'me'")
        return bool(await store_checks(home.app, [Check(claimed, at, finding)], replica="me"))

    assert await store(second, UP)
    before = await _all(home)
    assert not await store(second, UP)
    assert not await store(second, DOWN)
    assert not await store(first, DOWN)

    assert await _all(home) == before


async def test_what_somebody_else_looks_at_by_now_or_is_paused_or_gone_is_not_stored(home: Household) -> None:
    await every(home, [Thing("thing")], seconds=3600)
    claimed = await _claimed(home, "thing")
    check = Check(claimed, home.clock.now(), DOWN)

    for statement in (
        "update schedules set claimed_by = 'somebody else'",
        "update monitors set paused = true",
        "delete from monitors where name = 'thing'",
    ):
        await change(home, statement)
        assert not await store_checks(home.app, [check], replica="me")

    assert (await outcomes(home))["thing"] == []


async def test_uptime_kuma_2470_a_database_that_hangs_or_is_gone_is_nobodys_outage(
    home: Household, clock: ShiftedClock
) -> None:
    """What was found while it was away is written down late, with the time at which it was found."""
    thing = Thing("thing")
    await every(home, [thing], seconds=1)
    async with _through_a_proxy(home) as (proxy, database), replicas(home, [thing]) as running:
        await running.start("one", db=database)
        await eventually(lambda: _has(home, "thing", 1))
        for fault in (proxy.refuse, proxy.cut):
            await _looked_again(thing)
            fault()
            await asyncio.sleep(1.5)
            await proxy.heal()
            await _looked_again(thing)
            await eventually(lambda: _has(home, "thing", len(thing.looks)))
    assert set((await outcomes(home))["thing"]) == {"up"}


async def test_a_result_that_waited_for_the_database_keeps_its_own_time(home: Household) -> None:
    thing = Thing("thing")
    await every(home, [thing], seconds=3600)
    async with _through_a_proxy(home) as (proxy, database):
        app = replace(home.app, db=database, watched=[thing.seen_by("one")])
        async with Prober.open(app) as prober:
            await prober.turn()
            await prober.settled()
            found_at = home.clock.now()
            proxy.refuse()
            with pytest.raises(Exception):  # noqa: B017, PT011 - whichever way it is gone
                await prober.store()
            home.clock.advance(120)
            await proxy.heal()
            await eventually(lambda: _stored(prober, home))
            seen = await home.monitor("thing")
            assert seen.status is MonitorState.UP
            assert seen.last_check_at
            assert seen.last_check_at <= found_at


@pytest.mark.long
async def test_a_database_that_has_no_time_for_us_gets_the_same_results_later(home: Household) -> None:
    """Somebody holds a lock for longer than a statement may take; nothing is dropped, one by one or otherwise."""
    thing = Thing("thing")
    await every(home, [thing], seconds=3600)
    async with Prober.open(replace(home.app, watched=[thing.seen_by("one")])) as prober:
        await prober.turn()
        await prober.settled()
        async with home.app.db.transaction() as tx:
            await tx.session.execute(text("set local statement_timeout = 0"))
            await tx.session.execute(text("lock table results in access exclusive mode"))
            with pytest.raises(Exception, match="statement timeout"):
                await prober.store()
        await eventually(lambda: _stored(prober, home))

    assert (await outcomes(home))["thing"] == ["up"]


async def test_what_waited_too_long_becomes_a_gap(home: Household) -> None:
    thing = Thing("thing", finding=DOWN)
    await every(home, [thing], seconds=3600)
    async with Prober.open(replace(home.app, watched=[thing.seen_by("one")])) as prober:
        await prober.turn()
        await prober.settled()
        home.clock.advance(601)
        await prober.store()

    assert (await outcomes(home))["thing"] == []


async def test_uptime_kuma_7289_who_is_in_each_others_way_tries_again(home: Household) -> None:
    """Twenty replicas store results of the same monitors at the same time, in every order."""
    things = [Thing(f"thing {n}") for n in range(8)]
    await every(home, things, seconds=3600)
    claims = [await _claimed(home, thing.name) for thing in things]
    await change(home, "update schedules set claimed_by = 'me'")
    now = home.clock.now()

    async def replica(number: int) -> None:
        prober = Prober(home.app)
        prober.replica = "me"
        turned = claims[number % 8 :] + claims[: number % 8]
        at = now + timedelta(milliseconds=number)
        prober.found = {each.id: Check(each, at, UP) for each in turned}
        await prober.store()

    await asyncio.gather(*(replica(number) for number in range(20)))

    for name, found in (await outcomes(home)).items():
        if name.startswith("thing"):
            assert 1 <= len(found) <= 20


async def test_storing_and_rolling_up_lock_in_one_order(home: Household) -> None:
    """Somebody goes through the standings one by one, while results come in another order."""
    things = [Thing(f"thing {n}") for n in range(3)]
    await every(home, things, seconds=3600)
    claims = sorted([await _claimed(home, thing.name) for thing in things], key=lambda each: each.id)
    now = home.clock.now()

    async def store(at: datetime) -> None:
        await change(home, "update schedules set claimed_by = 'me'")
        checks = [Check(each, at - timedelta(seconds=n), UP) for n, each in enumerate(claims)]
        await store_checks(home.app, checks, replica="me")

    await store(now)
    async with home.app.db.transaction() as tx:
        await Standings(tx.session).lock([claims[0].id])
        storing = asyncio.create_task(store(now + timedelta(seconds=20)))
        await eventually(lambda: somebody_waits(home))
        await Standings(tx.session).lock([claims[-1].id])
    await storing


async def test_a_result_that_can_never_be_stored_keeps_back_no_other(home: Household) -> None:
    things = [Thing("good"), Thing("bad", finding=Finding(MonitorState.UP, float("inf"), "x"))]
    await every(home, things, seconds=3600)
    async with Prober.open(replace(home.app, watched=[thing.seen_by("one") for thing in things])) as prober:
        await prober.turn()
        await prober.settled()
        await prober.store()

        assert (await outcomes(home))["good"] == ["up"]
        assert not prober.found
    assert all(due > home.clock.now() + timedelta(minutes=20) for due in await _due(home, "good", "bad"))


async def test_what_was_found_before_a_change_says_nothing_of_what_it_is_now(home: Household) -> None:
    await every(home, [Thing("thing")], seconds=3600)
    claimed = await _claimed(home, "thing")
    await change(home, "update monitors set updated_at = updated_at + interval '1 second'")
    assert not await store_checks(home.app, [Check(claimed, home.clock.now(), DOWN)], replica="me")
    assert (await outcomes(home))["thing"] == []
    assert [due <= home.clock.now() for due in await _due(home, "thing")] == [True], "it is looked at anew"


async def test_what_a_system_says_is_cut_and_cleaned_wherever_it_is_kept(home: Household) -> None:
    said = Finding(MonitorState.DEGRADED, 5.0, "Disk\x00 is full. " * 100)
    await every(home, [Thing("thing")], seconds=60)
    claimed = await _claimed(home, "thing")
    for _ in range(2):
        home.clock.advance(60)
        await change(home, "update schedules set claimed_by = 'me'")
        assert await store_checks(home.app, [Check(claimed, home.clock.now(), said)], replica="me")
    async with home.app.db.read() as connection:
        [reason] = (await connection.execute(text("select reason from incidents"))).scalars()
    assert reason.startswith("Disk is full.")
    assert len(reason) == 500


async def test_a_loop_that_was_blocked_calls_nobody_down(home: Household) -> None:
    """The probe itself holds up the whole process for longer than it may take, the first three times."""
    thing = Thing("thing")
    await every(home, [thing], seconds=3600, timeout=0.5)
    watched = thing.seen_by("one")
    times = 0

    async def blocking() -> Finding:
        nonlocal times
        times += 1
        if times <= 3:
            time.sleep(1.6)  # noqa: ASYNC251 - that is the point
            await asyncio.sleep(5)
        return await watched.probe()

    async with Prober.open(replace(home.app, watched=[replace(watched, probe=blocking)])) as prober:
        while times < 4:
            await prober.turn()
            await prober.settled()
        await eventually(lambda: _stored(prober, home))

    assert (await outcomes(home))["thing"] == ["up"]


@asynccontextmanager
async def _through_a_proxy(home: Household) -> AsyncIterator[tuple[FaultProxy, Any]]:
    url = make_url(home.app.db.engine.url)
    async with FaultProxy.start(url.host or "", url.port or 0) as proxy:
        through = url.set(host=proxy.host, port=proxy.port).render_as_string(hide_password=False)
        database = open_database(
            through.replace("+asyncpg", ""), metadata=Base.metadata, service="health", clock=home.clock
        )
        try:
            yield proxy, database
        finally:
            await proxy.heal()
            await database.close()


async def _claimed(home: Household, name: str) -> Claimed:
    async with home.app.db.transaction() as tx:
        schedules = Schedules(tx.session)
        now = home.clock.now()
        await schedules.plan_new(now=now, spread_seconds=0)
        await tx.session.execute(
            text("update schedules set due_at = :now, claimed_until = null"), {"now": now}
        )
        found = await schedules.claim(
            "me", automatic={name: name}, now=now + timedelta(seconds=60), places=99, hung_places=99
        )
    return next(each for each in found if each.name == name)


async def _due(home: Household, *names: str) -> list[datetime]:
    statement = "select due_at from schedules join monitors on id = monitor_id where name = any(:names)"
    async with home.app.db.read() as connection:
        return list((await connection.execute(text(statement), {"names": list(names)})).scalars())


async def _all(home: Household) -> list[Any]:
    async with home.app.db.read() as connection:
        return [
            [tuple(row) for row in await connection.execute(text(f"select * from {table} order by 1, 2, 3"))]
            for table in ("results", "standings", "rollups", "incidents")
        ]


async def _has(home: Household, name: str, times: int) -> bool:
    return len((await outcomes(home))[name]) >= times


async def _looked_again(thing: Thing) -> None:
    before = len(thing.looks)
    await eventually(lambda: _is(len(thing.looks) > before))


async def _is(value: bool) -> bool:
    return value


async def _stored(prober: Prober, home: Household) -> bool:
    try:
        await prober.store()
    except Exception:
        return False
    return not prober.found
