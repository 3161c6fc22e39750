"""How often somebody may try: sliding windows in Valkey, and in this process while Valkey is away.

A try is counted before it is judged and taken back if it was right, so that a hundred at once gain nothing.
"""

import hashlib
from collections import Counter, OrderedDict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from medianest_auth.browser import NOBODY
from medianest_auth.errors import AuthBusy, TooManyAttempts
from medianest_common.clock import Clock, uuid7

log = structlog.get_logger()

_MINUTE = 60.0
_QUARTER = 15 * _MINUTE
_DAY = 24 * 3600.0
_REMEMBERED_LOCALLY = 10_000


@dataclass(frozen=True, slots=True)
class Limit:
    """`most` tries in `seconds`; after that none, or with `slowing` one after 1, 2, 4 … 60 s from the last."""

    most: int
    seconds: float
    slowing: bool = False


ACCOUNT = (Limit(5, _QUARTER, slowing=True),)
NETWORK = (Limit(20, _QUARTER), Limit(100, _DAY))
SIGN_IN_ALL = (Limit(30, 3.0),)
"""Ten a second in the long run, of all strangers together."""
RESET_ACCOUNT = (Limit(3, 3600.0),)
RESET_NETWORK = (Limit(10, 3600.0),)
RESET_TRIES = (Limit(20, _QUARTER),)
SETUP = (Limit(10, 3600.0),)
INVITE = (Limit(10, 3600.0),)
SECOND_FACTOR = (Limit(5, 5 * _MINUTE), Limit(20, _DAY))
PASSKEY_QUESTIONS = (Limit(60, 5 * _MINUTE),)
PLEX_START = (Limit(10, _MINUTE),)
PLEX_START_ALL = (Limit(60, _MINUTE),)
PLEX_POLL = (Limit(20, 10.0), Limit(450, _QUARTER))
PROVIDER_START = (Limit(30, _MINUTE),)
PROVIDER_START_ALL = (Limit(300, _MINUTE),)

_PREFIX = "auth:tries"
_FULL = f"{_PREFIX}:full"
"""Counters that let nobody through at this moment, scored by when they will again."""
_MOST_FULL = 10_000
_STRICTER = 2
"""Without Valkey each replica counts for itself, to half the limit."""

# KEYS: one sorted set of try times per counter, and last the set of full counters. ARGV: now, id, then for each
# counter: count of limits, and most, seconds, slowing of each. Answers the longest wait in seconds with the counter
# and the limit that ask for it, or 0 after having counted the try everywhere.
_TRY = """
local now, id, at, wait, keep, full = tonumber(ARGV[1]), ARGV[2], 3, 0, {}, {}
local counters, by_counter, by_limit = #KEYS - 1, 0, 0
for k = 1, counters do
  local limits = tonumber(ARGV[at]); at = at + 1
  keep[k] = 0
  for n = 1, limits do
    local most, seconds, slowing = tonumber(ARGV[at]), tonumber(ARGV[at + 1]), ARGV[at + 2] == '1'
    at = at + 3
    keep[k] = math.max(keep[k], seconds)
    local count = redis.call('ZCOUNT', KEYS[k], '(' .. (now - seconds), '+inf')
    if count + 1 >= most then
      local oldest = most > 1 and redis.call('ZRANGE', KEYS[k], 1 - most, 1 - most, 'WITHSCORES')[2]
      full[k] = math.max(full[k] or 0, (tonumber(oldest or now) or now) + seconds)
    end
    if count >= most then
      local free
      if slowing then
        local last = tonumber(redis.call('ZRANGE', KEYS[k], -1, -1, 'WITHSCORES')[2])
        free = last + math.min(60, 2 ^ math.min(count - most, 6))
      else
        free = tonumber(redis.call('ZRANGE', KEYS[k], -most, -most, 'WITHSCORES')[2]) + seconds
      end
      if free - now > wait then wait, by_counter, by_limit = free - now, k, n end
    end
  end
end
if wait > 0 then return {tostring(wait), by_counter, by_limit} end
for k = 1, counters do
  redis.call('ZREMRANGEBYSCORE', KEYS[k], '-inf', now - keep[k])
  redis.call('ZADD', KEYS[k], now, id)
  redis.call('EXPIRE', KEYS[k], math.ceil(keep[k]))
  if full[k] then redis.call('ZADD', KEYS[#KEYS], full[k], KEYS[k]) end
end
redis.call('ZREMRANGEBYSCORE', KEYS[#KEYS], '-inf', now)
return {'0', 0, 0}
"""

type Counters = dict[str, Sequence[Limit]]


@dataclass(frozen=True, slots=True)
class Try:
    id: str
    names: tuple[str, ...]

    def keeping(self, name: str) -> "Try":
        """The same, but the counter `name` does not forgive it."""
        return Try(self.id, tuple(each for each in self.names if each != _key(name)))


class _Refused(NamedTuple):
    wait: float
    name: str
    limit: Limit


class Attempts:
    def __init__(self, valkey: Redis, *, clock: Clock) -> None:
        self._valkey = valkey
        self._clock = clock
        self._script = valkey.register_script(_TRY)
        self._local = _LocalWindows()

    async def begin(self, counters: Counters) -> Try:
        """Count one try against every counter. Raises `TooManyAttempts` without counting it when one is full.

        A network that nobody knows is not counted: where a proxy hides its clients, one would lock out all.
        """
        counters = {name: limits for name, limits in counters.items() if not name.endswith(f":{NOBODY}")}
        if not counters:
            return Try("", ())
        tried = Try(str(uuid7()), tuple(_key(name) for name in counters))
        now = self._clock.now().timestamp()
        try:
            refused = await self._in_valkey(tried, counters, now=now)
        except (RedisError, OSError) as error:
            log.warning("attempts_counted_locally", error=type(error).__name__)
            refused = self._local.begin(tried, counters, now=now)
        if refused:
            raise TooManyAttempts(
                "Wait a moment before you try again.",
                retry_after=max(1, round(refused.wait + 0.49)),
                limit={
                    "name": _kind(refused.name),
                    "quota": refused.limit.most,
                    "window": int(refused.limit.seconds),
                },
            )
        return tried

    async def forgive(self, tried: Try, *, clear: Sequence[str] = ()) -> None:
        """The try was right: it does not count, and the counters named in `clear` start anew."""
        cleared = {_key(name) for name in clear}
        self._local.forgive(tried, cleared=cleared)
        try:
            async with self._valkey.pipeline(transaction=False) as pipeline:
                for key in tried.names:
                    if key in cleared:
                        pipeline.delete(key)
                    else:
                        pipeline.zrem(key, tried.id)
                if tried.names:
                    pipeline.zrem(_FULL, *tried.names)
                await pipeline.execute()
        except (RedisError, OSError) as error:
            log.warning("attempts_not_forgiven", error=type(error).__name__)

    @asynccontextmanager
    async def judging(self, tried: Try) -> AsyncIterator[None]:
        """Where nothing could be judged, because too many want to be at once, nothing counts."""
        try:
            yield
        except AuthBusy:
            await self.forgive(tried)
            raise

    async def forget(self, names: Sequence[str]) -> None:
        """These counters start anew. Raises `RedisError` while that cannot be."""
        for name in names:
            self._local.forget(_key(name))
        if names:
            keys = [_key(name) for name in names]
            await self._valkey.delete(*keys)
            await self._valkey.zrem(_FULL, *keys)

    async def full(self) -> Counter[str] | None:
        """How many counters of each kind (the name up to the colon) are full; None while nobody can tell."""
        now = self._clock.now().timestamp()
        try:
            keys: Any = await self._valkey.zrangebyscore(_FULL, now, "+inf", start=0, num=_MOST_FULL)
        except (RedisError, OSError) as error:
            log.warning("attempts_not_counted", error=type(error).__name__)
            return None
        return Counter(key.decode().removeprefix(f"{_PREFIX}:").partition(":")[0] for key in keys)

    async def _in_valkey(self, tried: Try, counters: Counters, *, now: float) -> _Refused | None:
        arguments: list[str | int | float] = [f"{now:.6f}", tried.id]
        for limits in counters.values():
            arguments.append(len(limits))
            for limit in limits:
                arguments += [limit.most, limit.seconds, int(limit.slowing)]
        wait, counter, limit_number = await self._script(keys=[*tried.names, _FULL], args=arguments)
        if not counter:
            return None
        name, limits = list(counters.items())[counter - 1]
        return _Refused(float(wait.decode()), name, limits[limit_number - 1])


class _LocalWindows:
    """The same windows for this process alone, for the newest ten thousand counters."""

    def __init__(self) -> None:
        self._tries: OrderedDict[str, list[tuple[float, str]]] = OrderedDict()

    def begin(self, tried: Try, counters: Counters, *, now: float) -> _Refused | None:
        refused: _Refused | None = None
        for key, (name, limits) in zip(tried.names, counters.items(), strict=True):
            for limit in map(_stricter, limits):
                wait = _wait([at for at, _ in self._tries.get(key, [])], limit, now=now)
                if wait > (refused.wait if refused else 0.0):
                    refused = _Refused(wait, name, limit)
        if refused:
            return refused
        for key, limits in zip(tried.names, counters.values(), strict=True):
            oldest = now - max(limit.seconds for limit in limits)
            kept = [entry for entry in self._tries.pop(key, []) if entry[0] > oldest]
            self._tries[key] = [*kept, (now, tried.id)]
        while len(self._tries) > _REMEMBERED_LOCALLY:
            self._tries.popitem(last=False)
        return None

    def forgive(self, tried: Try, *, cleared: set[str]) -> None:
        for key in tried.names:
            entries = self._tries.pop(key, None)
            if entries and key not in cleared and (kept := [e for e in entries if e[1] != tried.id]):
                self._tries[key] = kept

    def forget(self, key: str) -> None:
        self._tries.pop(key, None)


def _stricter(limit: Limit) -> Limit:
    return replace(limit, most=max(1, limit.most // _STRICTER))


def _wait(times: list[float], limit: Limit, *, now: float) -> float:
    recent = [at for at in times if at > now - limit.seconds]
    if len(recent) < limit.most:
        return 0.0
    if limit.slowing:
        return max(0.0, recent[-1] + min(60, 2.0 ** min(len(recent) - limit.most, 6)) - now)
    return max(0.0, recent[-limit.most] + limit.seconds - now)


def _key(name: str) -> str:
    """Names hold addresses of people and networks, which must not be read from a dump of the cache."""
    return f"{_PREFIX}:{_kind(name)}:{hashlib.sha256(name.encode()).hexdigest()[:32]}"


def _kind(name: str) -> str:
    """What is counted: the part of the name that says nothing about anybody."""
    return name.partition(":")[0]
