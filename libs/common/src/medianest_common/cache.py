"""A cache in Valkey that can only ever make things faster: without it everything still works, and is right."""

import asyncio
import contextlib
import math
import random
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

import structlog
from prometheus_client import Counter
from redis.asyncio import Redis

from medianest_common.cache_layout import (
    FINISH,
    PUT,
    Found,
    Names,
    found_in,
    fresh_mark,
    packed,
    packed_times,
)
from medianest_common.clock import Clock, SystemClock
from medianest_common.valkey import Away, Reach, open_valkey

__all__ = ["Cache", "open_valkey"]

logger = structlog.get_logger()

READS = Counter("medianest_cache_reads", "Reads through the cache by what was found.", ["service", "found"])

_JITTER = 0.1
_LEASE_SECONDS = 30
_MOST_OWED = 1000

type Loader = Callable[[], Awaitable[bytes]]


class Cache:
    """Bytes by key, for one service.

    Every entry may carry a tag; dropping the tag drops all its entries at once, whatever their number. After a
    failure Valkey is left alone for `pause` seconds and then tried by one call only. What could not be dropped
    meanwhile is remembered, and nothing is read from the cache before that has been made good. Another process
    may see such an entry for as long as Valkey is away from this one, but not beyond its `ttl` and `stale`.
    """

    def __init__(
        self,
        valkey: Redis,
        *,
        service: str,
        clock: Clock | None = None,
        timeout: float = 0.25,
        pause: float = 1.0,
        uniform: Callable[[float, float], float] = random.uniform,
    ) -> None:
        self._valkey = valkey
        self._service = service
        self._names = Names(service)
        self._clock = clock or SystemClock()
        self._pause = pause
        self._uniform = uniform
        self._reach = Reach(clock=self._clock, timeout=timeout, pause=pause)
        self._finish = valkey.register_script(FINISH)
        self._put = valkey.register_script(PUT)
        self._flights: dict[str, _Flight] = {}
        self._owed: set[_Drop] = set()
        self._settling: asyncio.Task[None] | None = None

    async def get_or_load(
        self, key: str, loader: Loader, *, ttl: float, stale: float = 0.0, tag: str = ""
    ) -> bytes:
        """The cached bytes, or what `loader` returns, called once however many ask at the same time.

        Fresh for up to `ttl` seconds (a little less, at random, so that entries do not expire together). For
        `stale` seconds more the old bytes are returned at once while one load runs in the background.
        """
        found = await self._read(key, tag=tag, ttl=ttl)
        if found is None:
            flight = self._flight(key, loader, ttl=ttl, stale=stale, tag=tag)
            return await asyncio.shield(flight.task)
        if not found.is_fresh:
            self._flight(key, loader, ttl=ttl, stale=stale, tag=tag)
        return found.value

    async def look(self, key: str, *, tag: str = "") -> bytes | None:
        """What is kept, fresh or stale. Loads nothing."""
        found = await self._read(key, tag=tag)
        return found.value if found else None

    async def put(self, key: str, value: bytes, *, ttl: float, tag: str = "") -> None:
        """Takes the place of what is kept, and of what others load at this moment."""
        fresh_for = self._fresh_for(ttl)
        until = self._clock.now().timestamp() + fresh_for
        names = self._names
        keys = [names.entry(key), names.lease(key), names.stamp(""), names.stamp(tag)]
        times = packed_times(fresh_until=until, stale_until=until)
        args: list[bytes | int] = [times, fresh_mark(), value, _milliseconds(fresh_for)]
        with contextlib.suppress(Away):
            await self._reach.ask(lambda: self._put(keys=keys, args=args))

    async def invalidate(self, key: str) -> None:
        """Whoever asks from now on gets what is loaded from now on."""
        self._flights.pop(key, None)
        await self._drop(_Drop(key=key))

    async def invalidate_tag(self, tag: str) -> None:
        for key in [key for key, flight in self._flights.items() if flight.tag == tag]:
            del self._flights[key]
        await self._drop(_Drop(tag=tag))

    async def invalidate_all(self) -> None:
        self._flights.clear()
        await self._drop(_EVERYTHING)

    async def aclose(self) -> None:
        """Ends background loads. The Valkey client belongs to whoever made it."""
        tasks: list[asyncio.Task[Any]] = [flight.task for flight in self._flights.values()]
        if self._settling is not None:
            tasks.append(self._settling)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _read(self, key: str, *, tag: str, ttl: float = math.inf) -> Found | None:
        try:
            await self._settle()
            parts = await self._reach.ask(
                lambda: self._valkey.mget(
                    self._names.entry(key), self._names.stamp(""), self._names.stamp(tag)
                )
            )
        except Away:
            self._count("away")
            return None
        entry, everything, tagged = parts
        if not (isinstance(entry, bytes) and isinstance(everything, bytes) and isinstance(tagged, bytes)):
            self._count("nothing")
            return None
        found = found_in(entry, (everything, tagged), now=self._clock.now().timestamp(), ttl=ttl)
        if found is None:
            self._count("nothing")
            return None
        self._count("fresh" if found.is_fresh else "stale")
        return found

    def _flight(self, key: str, loader: Loader, *, ttl: float, stale: float, tag: str) -> "_Flight":
        flight = self._flights.get(key)
        if flight is not None:
            return flight
        task = asyncio.create_task(self._load(key, loader, ttl=ttl, stale=stale, tag=tag))
        flight = self._flights[key] = _Flight(task, tag)

        def landed(done: asyncio.Task[bytes]) -> None:
            if self._flights.get(key) is flight:
                del self._flights[key]
            if not done.cancelled() and (error := done.exception()) is not None:
                logger.debug("cache_load_failed", cache=self._service, reason=type(error).__name__)

        task.add_done_callback(landed)
        return flight

    async def _load(self, key: str, loader: Loader, *, ttl: float, stale: float, tag: str) -> bytes:
        lease = fresh_mark()
        stamps: list[bytes] | None = None
        with contextlib.suppress(Away):
            stamps = await self._take_lease(key, lease, tag=tag)
        try:
            value = await loader()
        except BaseException:
            if stamps is not None:
                await self._finish_lease(key, lease, b"", seconds=1)
            raise
        if stamps is not None:
            fresh_for = self._fresh_for(ttl)
            until = self._clock.now().timestamp() + fresh_for
            entry = packed(value, stamps, fresh_until=until, stale_until=until + stale)
            await self._finish_lease(key, lease, entry, seconds=fresh_for + stale)
        return value

    def _fresh_for(self, ttl: float) -> float:
        return ttl * self._uniform(1 - _JITTER, 1)

    async def _take_lease(self, key: str, lease: bytes, *, tag: str) -> list[bytes] | None:
        """The stamps to store under, read before the load starts; None when another process is loading this key."""
        pipeline = self._valkey.pipeline(transaction=False)
        pipeline.set(self._names.lease(key), lease, nx=True, ex=_LEASE_SECONDS)
        for stamp in ("", tag):
            pipeline.set(self._names.stamp(stamp), fresh_mark(), nx=True)
        pipeline.mget(self._names.stamp(""), self._names.stamp(tag))
        leased, _, _, stamps = await self._reach.ask(pipeline.execute)
        return stamps if leased else None

    async def _finish_lease(self, key: str, lease: bytes, entry: bytes, *, seconds: float) -> None:
        keys = [self._names.entry(key), self._names.lease(key)]
        args: list[bytes | int] = [lease, entry, _milliseconds(seconds)]
        with contextlib.suppress(Away):
            await self._reach.ask(lambda: self._finish(keys=keys, args=args))

    async def _drop(self, drop: "_Drop") -> None:
        self._owed.add(drop)
        if len(self._owed) > _MOST_OWED:
            self._owed = {_EVERYTHING}
        try:
            await self._settle()
        except Away:
            if self._settling is None or self._settling.done():
                self._settling = asyncio.create_task(self._settle_later())

    async def _settle(self) -> None:
        if not self._owed:
            return
        owed = frozenset(self._owed)
        pipeline = self._valkey.pipeline(transaction=False)
        for drop in owed:
            if drop.key is not None:
                pipeline.delete(self._names.entry(drop.key), self._names.lease(drop.key))
            else:
                pipeline.set(self._names.stamp(drop.tag), fresh_mark())
        await self._reach.ask(pipeline.execute)
        self._owed -= owed

    async def _settle_later(self) -> None:
        while self._owed:
            await asyncio.sleep(self._pause)
            with contextlib.suppress(Away):
                await self._settle()

    def _count(self, found: str) -> None:
        READS.labels(self._service, found).inc()


def _milliseconds(seconds: float) -> int:
    return max(1, int(seconds * 1000))


class _Flight(NamedTuple):
    task: asyncio.Task[bytes]
    tag: str


class _Drop(NamedTuple):
    """One key, or all entries of a tag; the empty tag is on every entry."""

    key: str | None = None
    tag: str = ""


_EVERYTHING = _Drop()
