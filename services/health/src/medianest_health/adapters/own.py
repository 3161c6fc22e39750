"""Our own parts: the services by asking them on the bus, and the three servers below them."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from pydantic import ValidationError

from medianest_common.bus import Bus
from medianest_common.clock import Clock
from medianest_common.contracts.health import MonitorState
from medianest_common.contracts.platform import Check, CheckStatus, Question, Readiness, each_subject
from medianest_common.errors import MediaNestError
from medianest_health.adapters.probe import Finding

_STATES = {
    CheckStatus.OK: MonitorState.UP,
    CheckStatus.DEGRADED: MonitorState.DEGRADED,
    CheckStatus.DOWN: MonitorState.DOWN,
}
_STANDS_ON = {
    "nats": ("NATS",),
    "postgresql": ("PostgreSQL",),
    "valkey": ("Valkey",),
    "outbox": ("NATS", "PostgreSQL"),
    "rounds": ("PostgreSQL",),
}
"""Which servers the checks of a service need, by their names."""
_SLOW_SECONDS = 0.5
"""A server that takes longer may be too slow for others that wait twice as long."""

type Ask = Callable[[], Awaitable[Any]]
"""Raises whatever is wrong."""


class CannotAsk(Exception):
    """It is we who cannot ask; the message says why."""


class Companions(Protocol):
    """What is known of the replicas of one service."""

    def present(self) -> Collection[str]:
        """The instances that are heard of."""
        ...

    async def missed(self) -> int:
        """How many have vanished without another in their place."""
        ...


class ServiceProbe:
    """What all replicas of a service say about themselves, and how many say nothing.

    What is wrong with one of `servers` is told of by the monitor of that, and not by those of all services as well.
    """

    def __init__(
        self,
        service: str,
        *,
        bus: Bus,
        seconds: float,
        clock: Clock,
        companions: Companions,
        servers: Mapping[str, Ask],
    ) -> None:
        self._service = service
        self._subject = each_subject(service, Question.READINESS)
        self._bus = bus
        self._seconds = seconds
        self._clock = clock
        self._companions = companions
        self._servers = servers

    async def __call__(self) -> Finding:
        if not self._bus.connected:
            return Finding(MonitorState.UNKNOWN, message="The message bus is not reachable from here.")
        present = self._companions.present()
        enough = max(1, len(present))
        started = self._clock.monotonic()
        try:
            bodies = await self._bus.ask_each(
                [self._subject], timeout=self._seconds * 0.6, enough=lambda bodies: len(bodies) >= enough
            )
            answers = [Readiness.model_validate_json(body) for body in bodies]
        except MediaNestError:
            return Finding(MonitorState.UNKNOWN, message="The message bus is not reachable from here.")
        except ValidationError:
            return Finding(MonitorState.DOWN, message="Its answer about itself cannot be read.")
        latency = round((self._clock.monotonic() - started) * 1000, 2)
        answered = {answer.instance for answer in answers}
        silent = sum(instance not in answered for instance in present)
        if not answers:
            running = "did not answer in time" if present else "is not running"
            return Finding(MonitorState.DOWN, message=f"The {self._service} service {running}.")
        missed, away = await asyncio.gather(self._missed(), self._away(answers))
        replicas = [_without(answer, away) for answer in answers]
        return _together(replicas, silent=silent, missed=missed, latency=latency)

    async def _missed(self) -> int:
        try:
            async with asyncio.timeout(self._seconds * 0.2):
                return await self._companions.missed()
        except Exception:
            # Without its database nothing is stored of this check either.
            return 0

    async def _away(self, answers: Iterable[Readiness]) -> Collection[str]:
        """Those of the servers that the replicas miss which do not answer us in time either."""
        needed = {name for answer in answers for check in _wrong(answer) for name in _needs(check)}
        asked = [(name, self._servers[name]) for name in sorted(needed & self._servers.keys())]
        answered = await asyncio.gather(*(self._answers(ask) for _, ask in asked))
        return [name for (name, _), has_answered in zip(asked, answered, strict=True) if not has_answered]

    async def _answers(self, ask: Ask) -> bool:
        try:
            async with asyncio.timeout(min(_SLOW_SECONDS, self._seconds * 0.2)):
                await ask()
        except Exception:
            return False
        return True


class ServerProbe:
    """One of the servers that everything stands on."""

    def __init__(self, name: str, ask: Ask, *, clock: Clock) -> None:
        self._name = name
        self._ask = ask
        self._clock = clock

    async def __call__(self) -> Finding:
        started = self._clock.monotonic()
        try:
            await self._ask()
        except CannotAsk as error:
            return Finding(MonitorState.UNKNOWN, message=str(error))
        except Exception as error:
            return Finding(
                MonitorState.DOWN, message=f"{self._name} does not answer ({type(error).__name__})."
            )
        return Finding(MonitorState.UP, round((self._clock.monotonic() - started) * 1000, 2))


@dataclass(frozen=True, slots=True)
class _Replica:
    state: MonitorState
    message: str | None


def _without(answer: Readiness, away: Collection[str]) -> _Replica:
    """How it is but for the servers that are away. Whether it could work if they were there is not known."""
    wrong = _wrong(answer)
    blocked = [check for check in wrong if not {*_needs(check)}.isdisjoint(away)]
    if not blocked:
        return _Replica(_STATES[answer.status], _in_words(wrong))
    own = [check for check in wrong if check not in blocked]
    found = {check.status for check in own}
    state = MonitorState.DEGRADED if found else MonitorState.UP
    if CheckStatus.DOWN in found:
        state = MonitorState.DOWN
    elif any(check.status is CheckStatus.DOWN for check in blocked):
        state = MonitorState.UNKNOWN
    missing = f"{' and '.join(away)} {'does' if len(away) == 1 else 'do'} not answer in time"
    return _Replica(state, "; ".join([*filter(None, [_in_words(own)]), missing])[:300])


def _together(replicas: Sequence[_Replica], *, silent: int, missed: int, latency: float) -> Finding:
    """Down if none works; degraded if one of them is not well, or is missing."""
    total = len(replicas) + silent + missed
    troubled = [replica for replica in replicas if replica.state is not MonitorState.UP]
    if total == 1:
        return Finding(replicas[0].state, latency, replicas[0].message)
    said = []
    if missed:
        said.append(f"{missed} of {total} replicas {'has' if missed == 1 else 'have'} vanished")
    if silent:
        said.append(f"{silent} of {total} replicas {'does' if silent == 1 else 'do'} not answer")
    if troubled:
        said.append(f"{len(troubled)} of {total} replicas: {troubled[0].message}")
    if not said:
        return Finding(
            MonitorState.UP, latency, next((each.message for each in replicas if each.message), None)
        )
    states = {replica.state for replica in replicas}
    outcome = MonitorState.UNKNOWN if MonitorState.UNKNOWN in states else MonitorState.DOWN
    if states & {MonitorState.UP, MonitorState.DEGRADED}:
        outcome = MonitorState.DEGRADED
    return Finding(outcome, latency, "; ".join(said)[:300])


def _wrong(readiness: Readiness) -> Sequence[Check]:
    return [check for check in readiness.checks if check.status is not CheckStatus.OK]


def _needs(check: Check) -> Sequence[str]:
    return _STANDS_ON.get(check.name, ())


def _in_words(wrong: Sequence[Check]) -> str | None:
    return "; ".join(f"{check.name}: {check.message or check.status}" for check in wrong)[:300] or None
