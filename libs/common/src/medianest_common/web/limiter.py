"""Sliding windows in Valkey, shared by all gateways; stricter ones in this process while Valkey is away."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from limits import parse
from limits.aio.storage import RedisStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from prometheus_client import Counter

from medianest_common.clock import Clock
from medianest_common.valkey import Away, Reach, open_valkey
from medianest_common.web.exchange import Headers

DECISIONS = Counter(
    "medianest_rate_limit_decisions", "Rate limit decisions.", ["limit", "decided_by", "decision"]
)

_ADVANCE_SECONDS = 5.0
_LARGEST_ADVANCE = 25
_ADVANCE_SHARE = 20
_LONGEST_MEMORY = 1.0
_MOST_PURSES = 20_000
_STRICTER = 2
"""Without Valkey each replica counts for itself, to half the limit."""


class Rule(NamedTuple):
    """The first rule whose methods and path fit decides. `by_address` counts people by where they come from even when
    they are signed in, and exactly."""

    name: str
    limit: str
    methods: frozenset[str] = frozenset()
    paths: tuple[str, ...] = ()
    by_address: bool = False

    def fits(self, method: str, path: str) -> bool:
        return (not self.methods or method in self.methods) and (
            not self.paths or any(path == prefix or path.startswith(f"{prefix}/") for prefix in self.paths)
        )


@dataclass(frozen=True, slots=True)
class Verdict:
    is_allowed: bool
    remaining: int
    reset: int
    limit: "Limit"

    def headers(self) -> Headers:
        return [
            (b"ratelimit-policy", self.limit.policy),
            (b"ratelimit", b'"%s";r=%d;t=%d' % (self.limit.label, self.remaining, self.reset)),
        ]


class Limit:
    def __init__(self, rule: Rule, *, scale: float) -> None:
        item = parse(rule.limit)
        self.name = rule.name
        self.amount = max(1, int(item.amount * scale))
        self.item = type(item)(self.amount, item.multiples, namespace="limit")
        self.seconds = item.get_expiry()
        self.label = rule.name.encode()
        self.policy = b'"%s";q=%d;w=%d' % (self.label, self.amount, self.seconds)
        self.advance = 1 if rule.by_address else max(1, min(_LARGEST_ADVANCE, self.amount // _ADVANCE_SHARE))


@dataclass(slots=True)
class _Purse:
    """Requests that are paid for in Valkey and not yet made, so that most of them cost no round trip. They are never
    more than the limit allows; a gateway that leaves its advance unused only makes the limit stricter."""

    left: int = 0
    remaining: int = 0
    reset: int = 0
    good_until: float = 0.0
    refused_until: float = 0.0


class RateLimiter:
    """All amounts are multiplied by `scale`. A call to Valkey that takes longer than `timeout` counts as away."""

    def __init__(
        self, valkey_url: str, *, rules: Sequence[Rule], clock: Clock, scale: float = 1, timeout: float = 0.1
    ) -> None:
        self._clock = clock
        self._rules = tuple(rules)
        self._limits = {rule.name: Limit(rule, scale=scale) for rule in rules}
        self._valkey = open_valkey(valkey_url, timeout=timeout)
        storage = RedisStorage(
            "async+redis://",
            implementation="redispy",
            connection_pool=self._valkey.connection_pool,  # type: ignore[arg-type]
        )
        self._windows = SlidingWindowCounterRateLimiter(storage)
        self._reach = Reach(clock=clock, timeout=timeout)
        self._alone = LocalWindows(clock=clock)
        self._purses: dict[tuple[str, str], _Purse] = {}

    def rule_for(self, method: str, path: str) -> Rule | None:
        for rule in self._rules:
            if rule.fits(method, path):
                return rule
        return None

    async def take(self, name: str, key: str) -> Verdict:
        """Counts one request under this rule for `key` and says whether it may go on."""
        limit = self._limits[name]
        purse = self._purse(name, key)
        now = self._clock.monotonic()
        if now < purse.refused_until:
            wait = math.ceil(purse.refused_until - now)
            return self._decided("memory", Verdict(is_allowed=False, remaining=0, reset=wait, limit=limit))
        if purse.left > 0 and now < purse.good_until:
            purse.left -= 1
            return Verdict(
                is_allowed=True, remaining=purse.remaining + purse.left, reset=purse.reset, limit=limit
            )
        try:
            return self._decided("valkey", await self._buy(limit, key, purse))
        except Away:
            return self._decided("alone", self._alone.take(limit, key))

    def refused_for(self, name: str, key: str) -> int:
        """Seconds for which this process already knows that `key` will be refused; 0 when it does not."""
        purse = self._purses.get((name, key))
        left = purse.refused_until - self._clock.monotonic() if purse else 0.0
        return math.ceil(left) if left > 0 else 0

    async def aclose(self) -> None:
        await self._valkey.aclose()

    async def _buy(self, limit: Limit, key: str, purse: _Purse) -> Verdict:
        bought = limit.advance
        allowed = await self._reach.ask(lambda: self._windows.hit(limit.item, limit.name, key, cost=bought))
        if not allowed and bought > 1:
            bought = 1
            allowed = await self._reach.ask(lambda: self._windows.hit(limit.item, limit.name, key))
        stats = await self._reach.ask(lambda: self._windows.get_window_stats(limit.item, limit.name, key))
        now = self._clock.monotonic()
        purse.reset = max(1, min(limit.seconds, math.ceil(stats.reset_time - self._clock.now().timestamp())))
        purse.remaining = max(0, int(stats.remaining))
        if allowed:
            purse.left = (purse.left if now < purse.good_until else 0) + bought - 1
            purse.good_until = now + _ADVANCE_SECONDS
        else:
            # Asking again at once would get the same answer; a flood of refused requests costs Valkey nothing.
            purse.left = 0
            purse.refused_until = now + min(_LONGEST_MEMORY, purse.reset)
        return Verdict(
            is_allowed=bool(allowed), remaining=purse.remaining + purse.left, reset=purse.reset, limit=limit
        )

    def _purse(self, name: str, key: str) -> _Purse:
        purse = self._purses.get((name, key))
        if purse is None:
            if len(self._purses) >= _MOST_PURSES:
                now = self._clock.monotonic()
                self._purses = {
                    k: p for k, p in self._purses.items() if max(p.good_until, p.refused_until) > now
                }
            purse = self._purses[name, key] = _Purse()
        return purse

    def _decided(self, by: str, verdict: Verdict) -> Verdict:
        DECISIONS.labels(verdict.limit.name, by, "allowed" if verdict.is_allowed else "refused").inc()
        return verdict


class LocalWindows:
    """Two counters per key, the earlier one weighed by how much of it still lies in the window."""

    def __init__(self, *, clock: Clock) -> None:
        self._clock = clock
        self._counts: dict[tuple[str, str], tuple[int, int, int]] = {}

    def take(self, limit: Limit, key: str) -> Verdict:
        amount = max(1, limit.amount // _STRICTER)
        window, into = divmod(self._clock.monotonic(), limit.seconds)
        at, current, previous = self._counts.get((limit.name, key), (int(window), 0, 0))
        if at != int(window):
            previous, current = (current, 0) if at == int(window) - 1 else (0, 0)
        used = current + previous * (1 - into / limit.seconds)
        reset = math.ceil(limit.seconds - into)
        if used + 1 > amount:
            return Verdict(is_allowed=False, remaining=0, reset=reset, limit=limit)
        if len(self._counts) >= _MOST_PURSES:
            self._counts.clear()
        self._counts[limit.name, key] = (int(window), current + 1, previous)
        return Verdict(is_allowed=True, remaining=int(amount - used - 1), reset=reset, limit=limit)
