"""Replicas that are killed at any moment, and what is told meanwhile."""

import asyncio
import random
from typing import Any

import pytest

from medianest.testing import eventually
from medianest_common.contracts.health import IncidentEvent, MonitorRecovered, MonitorWentDown
from medianest_common.testing.fake_arr import FakeRadarr
from services.health.tests.household import Household
from services.health.tests.test_stopped import _processes, _service_in_a_process
from services.health.tests.things import change, outcomes

TOLD: tuple[type[IncidentEvent], ...] = (MonitorWentDown, MonitorRecovered)
SEEDS = [1, 2]


class Stream:
    """What it holds of one monitor, which is what every service gets."""

    def __init__(self) -> None:
        self.events: list[IncidentEvent] = []

    async def follow(self, home: Household, name: str) -> None:
        for kind in TOLD:

            async def hear(message: Any, kind: type[IncidentEvent] = kind) -> None:
                event = kind.model_validate_json(message.data)
                if event.monitor_name == name:
                    self.events.append(event)

            jetstream = home.sandbox.nats.jetstream()
            await jetstream.subscribe(kind.subject, cb=hear, ordered_consumer=True)

    async def has(self, *kinds: type[IncidentEvent]) -> None:
        async def so() -> bool:
            return [type(event) for event in self.events] == list(kinds)

        await eventually(so)


@pytest.mark.long
@pytest.mark.timeout(300)
@pytest.mark.parametrize("seed", SEEDS)
async def test_an_outage_is_told_once_and_its_end_once_though_either_replica_is_killed_at_any_moment(
    home: Household, seed: int
) -> None:
    """Each of two replicas is killed once while a system goes down, and once while it comes back."""
    chance, stream = random.Random(seed), Stream()
    await stream.follow(home, "Radarr")
    async with FakeRadarr.start() as radarr, _processes() as started:
        settings = {"radarr_url": radarr.url, "radarr_api_key": radarr.api_key, "health_jitter_seconds": 0}

        async def replica() -> asyncio.subprocess.Process:
            return started(await _service_in_a_process(home.sandbox, **settings))

        running = [await replica(), await replica()]

        async def checks() -> int:
            return len((await outcomes(home))["Radarr"])

        async def looked_at(times: int) -> None:
            wanted = await checks() + times

            async def so() -> bool:
                return await checks() >= wanted

            await eventually(so)

        async def kill_both() -> None:
            """One after the other, each time with another in its place that has looked since."""
            for _ in range(2):
                await asyncio.sleep(chance.uniform(0, 3))
                killed = running.pop(0)
                killed.kill()
                await killed.wait()
                running.append(await replica())
                await looked_at(1)

        await looked_at(1)
        await change(
            home, "update monitors set interval_seconds = 1, timeout_seconds = 1 where name = 'Radarr'"
        )
        await change(home, "update schedules set due_at = now()")
        await looked_at(2)
        radarr.fail_with("refuse")
        await kill_both()
        await stream.has(MonitorWentDown)
        radarr.heal()
        await kill_both()
        await stream.has(MonitorWentDown, MonitorRecovered)
        await looked_at(5)
    assert [type(event) for event in stream.events] == list(TOLD)
    assert len({event.incident_id for event in stream.events}) == 1
