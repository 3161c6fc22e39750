"""How much one may ask, counted for all gateways together; by this process alone, and stricter, without Valkey."""

import asyncio
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from limits import parse
from prometheus_client import Counter

from medianest_common.clock import Clock
from medianest_common.valkey import Away, Reach, open_valkey
from medianest_common.web.exchange import Headers
from medianest_common.web.windows import LocalWindows, SharedWindows, Taken

DECISIONS = Counter(
    "medianest_rate_limit_decisions", "Rate limit decisions.", ["limit", "decided_by", "decision"]
)

_ADVANCE_SECONDS = 5.0
_LARGEST_ADVANCE = 25
_ADVANCE_SHARE = 20
_LONGEST_MEMORY = 1.0
_MOST_PURSES = 20_000


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
    buying: asyncio.Lock = field(default_factory=asyncio.Lock)


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
        self._shared = SharedWindows(self._valkey)
        self._reach = Reach(clock=clock, timeout=timeout)
        self._replicas = replicas
        self._alone = LocalWindows(clock=clock, replicas=replicas)
        self._purses: dict[tuple[str, str], _Purse] = {}

    def rule_for(self, method: str, path: str) -> Rule | None:
        return self._index.first(method, path)

    async def take(self, name: str, key: str) -> Verdict:
        """Counts one request under this rule for `key` and says whether it may go on."""
        limit = self._limits[name]
        purse = self._purse(name, key)
        if (known := self._known(limit, purse)) is not None:
            return known
        if limit.advance == 1:
            return await self._ask(limit, key, purse)
        # Of a crowd one buys for all; each for itself would use up the limit without having asked for anything.
        async with purse.buying:
            known = self._known(limit, purse)
            return known if known is not None else await self._ask(limit, key, purse)

    def _known(self, limit: Limit, purse: _Purse) -> Verdict | None:
        """What this process can say by itself."""
        now = self._clock.monotonic()
        if now < purse.refused_until:
            wait = max(1, math.ceil(purse.has_place_at - now))
            return self._decided("memory", Verdict(is_allowed=False, remaining=0, reset=wait, limit=limit))
        if purse.left > 0 and now < purse.good_until:
            purse.left -= 1
            return Verdict(
                is_allowed=True, remaining=purse.remaining + purse.left, reset=purse.reset, limit=limit
            )
        return None

    async def _ask(self, limit: Limit, key: str, purse: _Purse) -> Verdict:
        try:
            return self._decided("valkey", await self._buy(limit, key, purse))
        except Away:
            taken = self._alone.take(limit.name, key, amount=limit.amount, seconds=limit.seconds)
            if not taken.number:
                self._remember(purse, taken.reset)
            return self._decided("alone", _verdict(limit, taken, remaining=taken.remaining))

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
        # What one of them has bought and does not use is lost to the others.
        number = max(1, limit.advance // self._replicas())
        taken = await self._reach.ask(
            lambda: self._shared.take(
                limit.name, key, amount=limit.amount, seconds=limit.seconds, number=number
            )
        )
        now = self._clock.monotonic()
        purse.remaining = taken.remaining
        purse.reset = taken.reset
        if taken.number:
            purse.left = (purse.left if now < purse.good_until else 0) + taken.number - 1
            purse.good_until = now + _ADVANCE_SECONDS
        else:
            self._remember(purse, taken.reset)
        return _verdict(limit, taken, remaining=purse.remaining + purse.left)

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


def _verdict(limit: Limit, taken: Taken, *, remaining: int) -> Verdict:
    return Verdict(is_allowed=taken.number > 0, remaining=remaining, reset=taken.reset, limit=limit)
