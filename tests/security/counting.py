"""Exact counts, at a product that does not wait for a cache which is slow.

While Valkey takes too long to answer, each door and each auth service counts for itself and more strictly. That has
tests of its own; those that count to the very number are repeated when a busy machine brought it about.
"""

import inspect
import re
from collections.abc import Awaitable, Callable
from functools import wraps
from pathlib import Path
from typing import Any, Protocol

from redis.asyncio import Redis

from medianest.embedded.servers import urls_of_running
from tests.world import METRICS_TOKEN, World

_ALONE = re.compile(
    r'^medianest_rate_limit_decisions_total\{[^}]*decided_by="alone"[^}]*\} (\S+)$', re.MULTILINE
)
_WORDS = ("attempts_counted_locally", "attempts_not_forgiven")
_TIMES = 4


class Place(Protocol):
    world: World


async def counted_elsewhere(world: World) -> float:
    """How often something was counted by whoever could not reach Valkey in time."""
    person = await world.person()
    headers = {"Authorization": f"Bearer {METRICS_TOKEN}"}
    shown = (await person.http.get("/metrics", headers=headers)).raise_for_status().text
    log = world.product.log.read_text(errors="replace")
    return sum(map(float, _ALONE.findall(shown))) + sum(map(log.count, _WORDS))


async def forgive(data_dir: Path) -> None:
    """A fresh start for whoever has tried to sign in too often."""
    urls = urls_of_running(data_dir)
    assert urls
    async with Redis.from_url(urls.valkey_url, socket_timeout=10) as valkey:
        async for key in valkey.scan_iter(match="*auth:tries:*", count=1000):
            await valkey.delete(key)


def counted_in_one_place(test: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
    """The test, and once more where it failed and not everything was counted in the same place. Its first parameter
    is what it tries; whoever comes from somewhere comes from somewhere else the next time."""
    first = next(iter(inspect.signature(test).parameters))

    @wraps(test)
    async def tried(**given: Any) -> None:
        place: Place = given[first]
        for left in reversed(range(_TIMES)):
            before = await counted_elsewhere(place.world)
            try:
                await test(**given)
                break
            except AssertionError:
                if not left or await counted_elsewhere(place.world) == before:
                    raise
            await forgive(place.world.product.data_dir)

    return tried
