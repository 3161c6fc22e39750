"""Sliding windows in Valkey, shared by all gateways; stricter ones in this process while Valkey is away."""

import math
from collections.abc import Callable, Sequence
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
"""Without Valkey each replica counts for itself, to half the limit, or less where there are more than two of them."""
_A_MOMENT = 0.001


class Rule(NamedTuple):
    """The first rule whose methods and path fit decides. `by_address` counts people by where they come from even when
    they are signed in, and exactly."""

    name: str
    limit: str
    methods: frozenset[str] = frozenset()
    paths: tuple[str, ...] = ()
    by_address: bool = False


class _RuleIndex:
    """Finds the first rule that fits without trying one after the other."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._anywhere: list[tuple[int, Rule]] = []
        self._below: dict[str, list[tuple[int, Rule]]] = {}
        for position, rule in enumerate(rules):
            if not rule.paths:
                self._anywhere.append((position, rule))
            for prefix in rule.paths:
                self._below.setdefault(prefix, []).append((position, rule))

    def first(self, method: str, path: str) -> Rule | None:
        found = _first(self._anywhere, method)
        while path:
            if (lying := self._below.get(path)) and (other := _first(lying, method)):
                found = other if found is None or other[0] < found[0] else found
            path = path.rpartition("/")[0]
        return found[1] if found else None


def _first(rules: list[tuple[int, Rule]], method: str) -> tuple[int, Rule] | None:
    for entry in rules:
        if not entry[1].methods or method in entry[1].methods:
            return entry
    return None


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
    """Until then nobody is asked again."""
    has_place_at: float = 0.0
    """When one more would be allowed, if nobody else comes first."""


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


class RateLimiter:
    """All amounts are multiplied by `scale`. A call to Valkey that takes longer than `timeout` counts as away."""

    def __init__(
        self,
        valkey_url: str,
        *,
        rules: Sequence[Rule],
        clock: Clock,
        scale: float = 1,
        timeout: float = 0.1,
        replicas: Callable[[], int] = lambda: 1,
    ) -> None:
        self._clock = clock
        self._index = _RuleIndex(rules)
        self._limits = {rule.name: Limit(rule, scale=scale) for rule in rules}
        self._valkey = open_valkey(valkey_url, timeout=timeout)
        storage = RedisStorage(
            "async+redis://",
            implementation="redispy",
            connection_pool=self._valkey.connection_pool,  # type: ignore[arg-type]
        )
        self._storage = storage
        self._windows = SlidingWindowCounterRateLimiter(storage)
        self._reach = Reach(clock=clock, timeout=timeout)
        self._alone = LocalWindows(clock=clock, replicas=replicas)
        self._purses: dict[tuple[str, str], _Purse] = {}

    def rule_for(self, method: str, path: str) -> Rule | None:
        return self._index.first(method, path)

    async def take(self, name: str, key: str) -> Verdict:
        """Counts one request under this rule for `key` and says whether it may go on."""
        limit = self._limits[name]
        purse = self._purse(name, key)
        now = self._clock.monotonic()
        if now < purse.refused_until:
            wait = max(1, math.ceil(purse.has_place_at - now))
            return self._decided("memory", Verdict(is_allowed=False, remaining=0, reset=wait, limit=limit))
        if purse.left > 0 and now < purse.good_until:
            purse.left -= 1
            return Verdict(
                is_allowed=True, remaining=purse.remaining + purse.left, reset=purse.reset, limit=limit
            )
        try:
            return self._decided("valkey", await self._buy(limit, key, purse))
        except Away:
            verdict = self._alone.take(limit, key)
            if not verdict.is_allowed:
                self._remember(purse, verdict.reset)
            return self._decided("alone", verdict)

    def refused_for(self, name: str, key: str) -> int:
        """Seconds until `key` may try again, where this process knows that it would be refused now; else 0."""
        purse = self._purses.get((name, key))
        now = self._clock.monotonic()
        if purse is None or now >= purse.refused_until:
            return 0
        return max(1, math.ceil(purse.has_place_at - now))

    async def aclose(self) -> None:
        await self._valkey.aclose()

    async def _buy(self, limit: Limit, key: str, purse: _Purse) -> Verdict:
        bought = limit.advance
        allowed = await self._reach.ask(lambda: self._windows.hit(limit.item, limit.name, key, cost=bought))
        if not allowed and bought > 1:
            bought = 1
            allowed = await self._reach.ask(lambda: self._windows.hit(limit.item, limit.name, key))
        window = await self._reach.ask(lambda: self._look(limit, key))
        now = self._clock.monotonic()
        purse.remaining = max(0, limit.amount - window.used)
        purse.reset = _whole(window.left if allowed else window.wait(limit.amount))
        if allowed:
            purse.left = (purse.left if now < purse.good_until else 0) + bought - 1
            purse.good_until = now + _ADVANCE_SECONDS
        else:
            self._remember(purse, purse.reset)
        return Verdict(
            is_allowed=bool(allowed), remaining=purse.remaining + purse.left, reset=purse.reset, limit=limit
        )

    async def _look(self, limit: Limit, key: str) -> Window:
        """The statistics of the library tell when anything changes, and not when there is a place again."""
        previous, earlier_left, current, expires_in = await self._storage.get_sliding_window(
            limit.item.key_for(limit.name, key), limit.seconds
        )
        left = earlier_left if previous else max(0.0, expires_in - limit.seconds)
        return Window(previous, current, left, limit.seconds)

    def _remember(self, purse: _Purse, wait: float) -> None:
        """Asking again at once would get the same answer; a flood of refused requests costs Valkey nothing."""
        now = self._clock.monotonic()
        purse.left = 0
        purse.refused_until = now + min(_LONGEST_MEMORY, wait)
        purse.has_place_at = now + wait

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
    """Two counters per key, as in Valkey."""

    def __init__(self, *, clock: Clock, replicas: Callable[[], int] = lambda: 1) -> None:
        self._clock = clock
        self._replicas = replicas
        self._counts: dict[tuple[str, str], tuple[int, int, int]] = {}

    def take(self, limit: Limit, key: str) -> Verdict:
        amount = max(1, limit.amount // max(_STRICTER, self._replicas()))
        number, into = divmod(self._clock.monotonic(), limit.seconds)
        at, current, previous = self._counts.get((limit.name, key), (int(number), 0, 0))
        if at != int(number):
            previous, current = (current, 0) if at == int(number) - 1 else (0, 0)
        window = Window(previous, current, limit.seconds - into, limit.seconds)
        if wait := window.wait(amount):
            return Verdict(is_allowed=False, remaining=0, reset=_whole(wait), limit=limit)
        if len(self._counts) >= _MOST_PURSES:
            del self._counts[next(iter(self._counts))]
        self._counts[limit.name, key] = (int(number), current + 1, previous)
        remaining = amount - window.used - 1
        return Verdict(is_allowed=True, remaining=remaining, reset=_whole(window.left), limit=limit)


def _whole(seconds: float) -> int:
    return max(1, math.ceil(seconds))
