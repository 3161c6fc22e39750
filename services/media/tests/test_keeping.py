"""What a catalogue said is kept, whoever looks for it at the same moment."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import BaseModel

from medianest.embedded import ServerUrls
from medianest_common.cache import Cache, open_valkey
from medianest_common.clock import SystemClock, uuid7
from medianest_common.errors import Unavailable
from medianest_media.errors import SearchUnavailable
from medianest_media.keeping import Kept, kept, told_now

_ROUNDS = 20


class Answer(BaseModel):
    number: int


@asynccontextmanager
async def replica(server_urls: ServerUrls, service: str) -> AsyncIterator[Any]:
    valkey = open_valkey(server_urls.valkey_url, timeout=20)
    cache = Cache(valkey, service=service, timeout=20)
    yield SimpleNamespace(cache=cache, clock=SystemClock(), catalogue=SimpleNamespace(is_there=True))
    await cache.aclose()
    await valkey.aclose()


@pytest.fixture
async def replicas(server_urls: ServerUrls) -> AsyncIterator[tuple[Any, Any]]:
    service = f"keeping-{uuid7()}"
    async with replica(server_urls, service) as one, replica(server_urls, service) as other:
        yield one, other


async def in_vain(app: Any, key: str, failed: asyncio.Event) -> Kept[Answer]:
    async def load() -> Answer:
        failed.set()
        raise Unavailable("Nobody is there.")

    return await kept(app, key, load, model=Answer, fresh=0.001)


async def told(app: Any, key: str, number: int, *, after: asyncio.Event) -> None:
    async def load() -> Answer:
        async with asyncio.timeout(60):
            await after.wait()
        return Answer(number=number)

    await told_now(app, key, load, model=Answer, fresh=0.001)


async def last(app: Any, key: str) -> int:
    await asyncio.sleep(0.002)
    answer = await in_vain(app, key, asyncio.Event())
    assert answer.stale
    return answer.value.number


async def test_a_first_answer_is_kept_though_another_replica_looks_for_one_just_then(
    replicas: tuple[Any, Any],
) -> None:
    one, other = replicas
    for number in range(_ROUNDS):
        key, failed = f"first:{number}", asyncio.Event()
        looked = asyncio.create_task(in_vain(other, key, failed))
        await told(one, key, number, after=failed)
        await asyncio.gather(looked, return_exceptions=True)
        assert isinstance(looked.exception(), SearchUnavailable | None)
        assert await last(one, key) == number


async def test_a_newer_answer_takes_the_place_of_the_one_that_others_find_just_then(
    replicas: tuple[Any, Any],
) -> None:
    one, other = replicas
    ready = asyncio.Event()
    ready.set()
    await told(one, "search", -1, after=ready)
    for number in range(_ROUNDS):
        await asyncio.sleep(0.002)
        failed = asyncio.Event()
        looked = asyncio.create_task(in_vain(other, "search", failed))
        await told(one, "search", number, after=failed)
        assert (await looked).stale
        assert await last(one, "search") == number
