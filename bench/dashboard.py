"""The dashboard with everything there, while a service hangs, and while it is dead: how long, and what is shown."""

import asyncio
import statistics
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import httpx
import psutil

from bench.product import Running, product
from bench.table import Row
from medianest_gateway.dashboard.board import DEADLINE_SECONDS, FRESH_SECONDS

_LOOKS = 50
_PATH = "/api/v1/dashboard/stats"
_SETTLE_SECONDS = 10
_AWAY = "media"
_MOST_MS = (DEADLINE_SECONDS + 0.05) * 1000


@dataclass
class Looks:
    took: list[float] = field(default_factory=list)
    states: Counter[str] = field(default_factory=Counter)


async def measure() -> list[Row]:
    async with product(processes=True) as running, _client(running) as client:
        await asyncio.sleep(_SETTLE_SECONDS)
        fresh = await _look(client)
        service = _process(running, _AWAY)
        service.suspend()
        try:
            hanging = await _look(client)
        finally:
            service.resume()
        await asyncio.sleep(_SETTLE_SECONDS)
        killing = asyncio.create_task(_keep_dead(running, _AWAY))
        try:
            dead = await _look(client)
        finally:
            killing.cancel()
            await asyncio.gather(killing, return_exceptions=True)
    return [
        row
        for name, looks in (("fresh", fresh), ("a service hangs", hanging), ("a service is dead", dead))
        for row in _rows(name, looks)
    ]


async def _look(client: httpx.AsyncClient) -> Looks:
    """So far apart that each is asked for anew."""
    looks = Looks()
    for _ in range(_LOOKS):
        began = time.perf_counter()
        answer = (await client.get(_PATH)).raise_for_status().json()
        looks.took.append(time.perf_counter() - began)
        looks.states.update(part["state"] for part in _parts(answer))
        await asyncio.sleep(FRESH_SECONDS + 0.05)
    return looks


def _parts(answer: dict[str, Any]) -> list[dict[str, Any]]:
    household = answer.pop("household")
    return [*answer.values(), *household.values()]


@asynccontextmanager
async def _client(running: Running) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"Authorization": f"Bearer {running.token}"}
    async with httpx.AsyncClient(
        base_url=f"http://localhost:{running.port}", headers=headers, timeout=10
    ) as client:
        yield client


def _process(running: Running, name: str) -> psutil.Process:
    for process in running.process.children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            command = process.cmdline()
            if "run" in command and command[command.index("run") + 1] == name:
                return process
    raise LookupError(name)


async def _keep_dead(running: Running, name: str) -> None:
    """It is started again each time, and has not come far by then."""
    while True:
        with suppress(LookupError, psutil.NoSuchProcess):
            _process(running, name).kill()
        await asyncio.sleep(0.2)


def _rows(name: str, looks: Looks) -> list[Row]:
    took = sorted(each * 1000 for each in looks.took)
    p99 = took[-1]  # Of fifty that is the slowest.
    said = ", ".join(f"{number} {state}" for state, number in looks.states.most_common())
    return [
        Row(
            f"dashboard: {name}",
            f"p50 {statistics.median(took):.0f} ms, p99 {p99:.0f} ms ({said})",
            f"p99 ≤ {_MOST_MS:.0f} ms",
            "the deadline of a part and 50 ms",
            p99 <= _MOST_MS,
        )
    ]
