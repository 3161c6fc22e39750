"""The service in a process of its own that is stopped, goes on, and is killed."""

import asyncio
import os
import signal
import sys
from typing import Any

import pytest

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


async def _service_in_a_process(sandbox: Sandbox, **settings: Any) -> asyncio.subprocess.Process:
    given = {"nats_url", "valkey_url", "database_url", "data_dir"}
    values = {name: sandbox.settings[name] for name in given} | settings | {"secret_key": SECRET_KEY}
    plain = {name: value for name, value in os.environ.items() if not name.startswith("MEDIANEST_")}
    named = {f"MEDIANEST_{name.upper()}": str(value) for name, value in values.items()}
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "medianest", "run", "health"), env=plain | named
    )


async def _has(home: Household, name: str, times: int) -> bool:
    return len((await outcomes(home))[name]) >= times


async def _is(value: bool) -> bool:
    return value
