"""Sliding windows of two counters: in Valkey for all gateways together, or in this process for it alone."""

import math
from collections.abc import Callable
from typing import NamedTuple

from redis.asyncio import Redis

from medianest_common.clock import Clock

STRICTER = 2
"""Alone each replica counts to half the limit, or to less where there are more than two of them."""
_MOST_COUNTED = 20_000
_A_MOMENT = 0.001

# One visit for what would be three: shift the windows, take as many as were asked for or else one, tell how it stands.
_TAKE = """
local limit, span = tonumber(ARGV[1]), tonumber(ARGV[2]) * 1000
local left = redis.call('pttl', KEYS[2])
if left > 0 and left < span then
    redis.call('rename', KEYS[2], KEYS[1])
    redis.call('set', KEYS[2], 0, 'px', left + span)
end
local before = tonumber(redis.call('get', KEYS[1])) or 0
local before_left = math.max(redis.call('pttl', KEYS[1]), 0)
local current = tonumber(redis.call('get', KEYS[2])) or 0
local used = math.floor(before * before_left / span) + current
local taken = 0
if used + tonumber(ARGV[3]) <= limit then
    taken = tonumber(ARGV[3])
elseif used + 1 <= limit then
    taken = 1
end
if taken > 0 then
    if redis.call('exists', KEYS[2]) == 1 then
        redis.call('incrby', KEYS[2], taken)
    else
        redis.call('set', KEYS[2], taken, 'px', span * 2)
    end
end
return {taken, before, before_left, current + taken, redis.call('pttl', KEYS[2])}
"""


class Window(NamedTuple):
    """What was counted in the present window and in the one before, which weighs by how much of it is `left`."""

    previous: int
    current: int
    left: float
    seconds: int

    @property
    def used(self) -> int:
        return int(self.previous * self.left / self.seconds) + self.current

    def wait(self, amount: int) -> float:
        """Seconds until one more fits in; 0 when it does already."""
        room = amount - 1 - self.current
        if room < 0:
            # Not before the next window, in which what is counted now is what was before.
            return self.left + self.seconds * max(0.0, 1 - amount / self.current) + _A_MOMENT
        if self.used <= amount - 1:
            return 0.0
        return self.left - (room + 1) * self.seconds / self.previous + _A_MOMENT


class Taken(NamedTuple):
    """How many were taken, none where there was no place, of how many there may be, and how it stands afterwards."""

    number: int
    amount: int
    window: Window

    @property
    def remaining(self) -> int:
        return max(0, self.amount - self.window.used)

    @property
    def reset(self) -> int:
        """Whole seconds: until the window ends, or where none was taken until there is a place."""
        return max(1, math.ceil(self.window.left if self.number else self.window.wait(self.amount)))


class SharedWindows:
    """Raises whatever redis-py raises."""

    def __init__(self, valkey: Redis) -> None:
        self._take = valkey.register_script(_TAKE)

    async def take(self, name: str, key: str, *, amount: int, seconds: int, number: int) -> Taken:
        """So many, or one where there is no place for them."""
        current = f"limit:{name}:{key}:{amount}:{seconds}"
        taken, before, before_left, now, now_left = await self._take(
            keys=[f"{current}:before", current], args=[amount, seconds, number]
        )
        left = (before_left if before else max(0, now_left - seconds * 1000)) / 1000
        return Taken(taken, amount, Window(before, now, left, seconds))


class LocalWindows:
    def __init__(self, *, clock: Clock, replicas: Callable[[], int] = lambda: 1) -> None:
        self._clock = clock
        self._replicas = replicas
        self._counts: dict[tuple[str, str], tuple[int, int, int]] = {}

    def take(self, name: str, key: str, *, amount: int, seconds: int) -> Taken:
        """One of this replica's part of the amount."""
        amount = max(1, amount // max(STRICTER, self._replicas()))
        at, into = divmod(self._clock.monotonic(), seconds)
        counted_at, current, previous = self._counts.get((name, key), (int(at), 0, 0))
        if counted_at != int(at):
            previous, current = (current, 0) if counted_at == int(at) - 1 else (0, 0)
        window = Window(previous, current, seconds - into, seconds)
        if window.wait(amount):
            return Taken(0, amount, window)
        if (name, key) not in self._counts and len(self._counts) >= _MOST_COUNTED:
            del self._counts[next(iter(self._counts))]
        self._counts[name, key] = (int(at), current + 1, previous)
        return Taken(1, amount, window._replace(current=current + 1))
