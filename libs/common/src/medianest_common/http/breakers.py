"""All circuit breakers of one service in this process, so that they can be looked at and reset.

Whatever opens a client while a service comes up, or later in one of its tasks, need not know of this: the service
stands in the context.
"""

from collections.abc import Callable, Iterator
from contextvars import ContextVar, Token
from dataclasses import dataclass
from datetime import timedelta
from weakref import WeakKeyDictionary

from medianest_common.clock import Clock
from medianest_common.contracts.platform import Breaker, BreakerCondition, BreakersReset, ResetBreakersHere
from medianest_common.http.breaker import BreakerState, CircuitBreaker
from medianest_common.http.bulkhead import Bulkhead

type Turned = Callable[[CircuitBreaker, float | None], None]
"""Is told of a breaker that has opened, or has closed after so many seconds."""

_LONGEST_NAME = 100
_BADNESS = (BreakerState.CLOSED, BreakerState.HALF_OPEN, BreakerState.OPEN)


@dataclass(frozen=True, slots=True)
class _Behind:
    address: str | None
    bulkhead: Bulkhead | None


class Breakers:
    def __init__(self, *, clock: Clock, turned: Turned | None = None) -> None:
        self._clock = clock
        self._turned = turned
        self._known: WeakKeyDictionary[CircuitBreaker, _Behind] = WeakKeyDictionary()

    def add(
        self, breaker: CircuitBreaker, *, address: str | None, bulkhead: Bulkhead | None, is_told: bool
    ) -> None:
        self._known[breaker] = _Behind(address, bulkhead)
        if is_told:
            breaker.turned = self._turned

    def remove(self, breaker: CircuitBreaker) -> None:
        self._known.pop(breaker, None)
        breaker.turned = None

    def look(self) -> list[Breaker]:
        """One for each system at each address: there may be thousands of users with servers of their own."""
        together: dict[tuple[str, str | None], list[tuple[CircuitBreaker, _Behind]]] = {}
        for breaker, behind in list(self._known.items()):
            together.setdefault((breaker.system, behind.address), []).append((breaker, behind))
        return [self._seen(found) for found in together.values()]

    def _seen(self, found: list[tuple[CircuitBreaker, _Behind]]) -> Breaker:
        worst, behind = max(found, key=lambda each: (_BADNESS.index(each[0].state), each[0].failures))
        bulkheads = [each.bulkhead for _, each in found if each.bulkhead]
        opened_at = None
        if worst.open_since is not None:
            ago = max(0.0, self._clock.monotonic() - worst.open_since)
            opened_at = self._clock.now() - timedelta(seconds=ago)
        return Breaker(
            count=len(found),
            system=worst.system[:_LONGEST_NAME],
            address=behind.address,
            state=BreakerCondition(worst.state.value),
            failures=worst.failures,
            threshold=worst.threshold,
            opened_at=opened_at,
            retry_after=round(worst.retry_after, 1),
            under_way=sum(each.under_way for each in bulkheads) if bulkheads else None,
            waiting=sum(each.waiting for each in bulkheads) if bulkheads else None,
            places=sum(each.size for each in bulkheads) if bulkheads else None,
        )

    def reset(self, asked: ResetBreakersHere, *, instance: str) -> BreakersReset:
        matched = list(self._matching(asked)) if asked.instance in (None, instance) else []
        return BreakersReset(
            instance=instance, matched=len(matched), reset=sum(breaker.reset() for breaker in matched)
        )

    def _matching(self, asked: ResetBreakersHere) -> Iterator[CircuitBreaker]:
        for breaker in list(self._known):
            if asked.system is None or breaker.system[:_LONGEST_NAME] == asked.system:
                yield breaker


_present: ContextVar[Breakers | None] = ContextVar("medianest_breakers", default=None)


def opening(breakers: Breakers) -> Token[Breakers | None]:
    """From here on, and in all tasks begun from here on, what is opened belongs to these; until `opened`."""
    return _present.set(breakers)


def opened(token: Token[Breakers | None]) -> None:
    _present.reset(token)


def join(
    breaker: CircuitBreaker,
    *,
    address: str | None = None,
    bulkhead: Bulkhead | None = None,
    is_told: bool = True,
) -> Breakers | None:
    """Returns those it has joined, if there are any: what never opens is none."""
    breakers = _present.get()
    if breakers is None or not breaker.may_open:
        return None
    breakers.add(breaker, address=address, bulkhead=bulkhead, is_told=is_told)
    return breakers
