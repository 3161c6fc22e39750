"""The service in a process of its own that is stopped, goes on, and is killed."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from sqlalchemy import text

from medianest.testing import AT_ONCE, SECRET_KEY, Sandbox, eventually
from medianest_common.testing.fake_arr import FakeRadarr
from medianest_common.testing.shifted_clock import ShiftedClock
from medianest_health.service import SERVICE
from services.health.tests.household import Household
from services.health.tests.things import change, outcomes


@pytest.fixture
async def home(sandbox: Sandbox, clock: ShiftedClock) -> Household:
    home = Household(sandbox, clock)
    await home.start()
    return home


@pytest.mark.long
@pytest.mark.timeout(120)
async def test_a_process_that_is_stopped_and_goes_on_and_is_killed_calls_nobody_down(
    home: Household,
) -> None:
    """A real one, with SIGSTOP for longer than a probe may take, and SIGKILL: another replica takes over."""
    async with FakeRadarr.start() as radarr:
        radarr.fail_with("hang")
        settings = {"radarr_url": radarr.url, "radarr_api_key": radarr.api_key}
        process = await _service_in_a_process(home.sandbox, **settings)
        try:
            await eventually(lambda: _is(bool(radarr.calls)))
            process.send_signal(signal.SIGSTOP)
            # Longer than it waits for an answer: once it goes on, that time is over.
            await asyncio.sleep(7)
            radarr.heal()
            asked = len(radarr.calls)
            process.send_signal(signal.SIGCONT)
            await eventually(lambda: _has(home, "Radarr", 1))
            assert len(radarr.calls) > asked
        finally:
            process.kill()
            await process.wait()
        assert (await outcomes(home))["Radarr"] == ["up"]
        # It has left no word, and holds what it looked at until somebody takes it over.
        await change(home, "update schedules set due_at = now()")
        killed = asyncio.get_running_loop().time()
        await home.sandbox.start(SERVICE, **settings)
        await eventually(lambda: _has(home, "Radarr", 2))
        assert asyncio.get_running_loop().time() - killed < 5 + AT_ONCE


@pytest.mark.long
@pytest.mark.timeout(180)
async def test_what_a_killed_replica_looked_at_is_looked_at_by_another_within_seconds(
    home: Household,
) -> None:
    """Five are promised: a lease of three, and a tick. What it was just looking at takes longest."""
    async with FakeRadarr.start() as radarr:
        settings = {"radarr_url": radarr.url, "radarr_api_key": radarr.api_key}
        async with _processes() as started:
            killed = started(await _service_in_a_process(home.sandbox, **settings))
            await eventually(lambda: _has(home, "Radarr", 1))
            await change(home, "update monitors set interval_seconds = 1")
            await change(home, "update schedules set due_at = now() - interval '2 seconds'")
            owners = "select distinct claimed_by from schedules join monitors on id = monitor_id"
            [first] = await eventually(lambda: _all(home, f"{owners} where name = 'Radarr'"))
            await eventually(lambda: _is_all(home, owners, first))
            started(await _service_in_a_process(home.sandbox, **settings))
            # One of them goes to whoever is first, until that is the second.
            await eventually(lambda: _somebody_else_looks(home, first))
            radarr.fail_with("hang")
            asked = len(radarr.calls)
            await eventually(lambda: _is(len(radarr.calls) > asked))
            # The health service itself is asked as well, and the one that is dead is waited for.
            held = "select id from schedules join monitors on id = monitor_id where claimed_by = :first and key <> :own"
            its = await _all(home, held, first=first, own="service:health")
            assert len(its) > 1
            killed_at = home.clock.now()
            killed.kill()
            await killed.wait()
            radarr.heal()
            seen = (
                "select monitor_id, min(at) from results join schedules using (monitor_id)"
                " where monitor_id = any(:its) and at > :killed_at and claimed_by <> :first group by 1"
            )
            found = await eventually(
                lambda: _rows(home, seen, len(its), its=its, killed_at=killed_at, first=first)
            )
    took = max(at - killed_at for _, at in found).total_seconds()
    print(f"{len(its)} monitors of a killed replica were looked at by another within {took:.1f} s")
    assert took < 10


@asynccontextmanager
async def _processes() -> AsyncIterator[Callable[[asyncio.subprocess.Process], asyncio.subprocess.Process]]:
    """Whatever is told of is gone after the block."""
    processes: list[asyncio.subprocess.Process] = []

    def started(process: asyncio.subprocess.Process) -> asyncio.subprocess.Process:
        processes.append(process)
        return process

    try:
        yield started
    finally:
        for process in processes:
            if process.returncode is None:
                process.kill()
            await process.wait()


async def _service_in_a_process(sandbox: Sandbox, **settings: Any) -> asyncio.subprocess.Process:
    given = {"nats_url", "valkey_url", "database_url", "data_dir"}
    values = {name: sandbox.settings[name] for name in given} | settings | {"secret_key": SECRET_KEY}
    plain = {name: value for name, value in os.environ.items() if not name.startswith("MEDIANEST_")}
    named = {f"MEDIANEST_{name.upper()}": str(value) for name, value in values.items()}
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "medianest", "run", "health"), env=plain | named
    )


async def _somebody_else_looks(home: Household, first: str) -> bool:
    anybodys = (
        "update schedules set claimed_by = null, due_at = now()"
        " where claimed_by = :first and claimed_until is null"
        " and monitor_id = (select id from monitors where name = 'NATS')"
    )
    await change(home, anybodys, first=first)
    owner = "select claimed_by from schedules join monitors on id = monitor_id where name = 'NATS'"
    return await _all(home, owner) not in ([first], [None])


async def _is_all(home: Household, statement: str, value: str) -> bool:
    return await _all(home, statement) == [value]


async def _all(home: Household, statement: str, **values: Any) -> list[Any]:
    async with home.app.db.read() as connection:
        return list((await connection.execute(text(statement), values)).scalars())


async def _rows(home: Household, statement: str, number: int, **values: Any) -> list[Any]:
    """None before there are so many."""
    async with home.app.db.read() as connection:
        found = (await connection.execute(text(statement), values)).all()
    return list(found) if len(found) == number else []


async def _has(home: Household, name: str, times: int) -> bool:
    return len((await outcomes(home))[name]) >= times


async def _is(value: bool) -> bool:
    return value
