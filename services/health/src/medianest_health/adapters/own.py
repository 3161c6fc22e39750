"""Our own parts: the services by asking them on the bus, and the three servers below them."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import Any, Protocol

from pydantic import ValidationError

from medianest_common.bus import Bus
from medianest_common.clock import Clock
from medianest_common.contracts.health import MonitorState
from medianest_common.contracts.platform import CheckStatus, Question, Readiness, each_subject
from medianest_common.errors import MediaNestError
from medianest_health.adapters.probe import Finding

_STATES = {
    CheckStatus.OK: MonitorState.UP,
    CheckStatus.DEGRADED: MonitorState.DEGRADED,
    CheckStatus.DOWN: MonitorState.DOWN,
}


class Companions(Protocol):
    """What is known of the replicas of one service."""

    def present(self) -> Collection[str]:
        """The instances that are heard of."""
        ...

    async def missed(self) -> int:
        """How many have vanished without another in their place."""
        ...


class ServiceProbe:
    """What all replicas of a service say about themselves, and how many say nothing."""

    def __init__(
        self, service: str, *, bus: Bus, seconds: float, clock: Clock, companions: Companions
    ) -> None:
        self._service = service
        self._subject = each_subject(service, Question.READINESS)
        self._bus = bus
        self._seconds = seconds
        self._clock = clock
        self._companions = companions

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
        return _together(answers, silent=silent, missed=await self._missed(), latency=latency)

    async def _missed(self) -> int:
        try:
            async with asyncio.timeout(self._seconds * 0.2):
                return await self._companions.missed()
        except Exception:
            # Without its database nothing is stored of this check either.
            return 0


class ServerProbe:
    """One of the servers that everything stands on; `ask` raises whatever is wrong."""

    def __init__(self, name: str, ask: Callable[[], Awaitable[Any]], *, clock: Clock) -> None:
        self._name = name
        self._ask = ask
        self._clock = clock

    async def __call__(self) -> Finding:
        started = self._clock.monotonic()
        try:
            await self._ask()
        except Exception as error:
            return Finding(
                MonitorState.DOWN, message=f"{self._name} does not answer ({type(error).__name__})."
            )
        return Finding(MonitorState.UP, round((self._clock.monotonic() - started) * 1000, 2))


def _together(answers: Sequence[Readiness], *, silent: int, missed: int, latency: float) -> Finding:
    """Down if none works; degraded if one of them is not well, or is missing."""
    total = len(answers) + silent + missed
    troubled = [answer for answer in answers if answer.status is not CheckStatus.OK]
    if total == 1:
        return Finding(_STATES[answers[0].status], latency, _what_is_wrong(answers[0]))
    said = []
    if missed:
        said.append(f"{missed} of {total} replicas {'has' if missed == 1 else 'have'} vanished")
    if silent:
        said.append(f"{silent} of {total} replicas {'does' if silent == 1 else 'do'} not answer")
    if troubled:
        said.append(f"{len(troubled)} of {total} replicas: {_what_is_wrong(troubled[0])}")
    works = any(answer.status is not CheckStatus.DOWN for answer in answers)
    if not said:
        return Finding(MonitorState.UP, latency)
    outcome = MonitorState.DEGRADED if works else MonitorState.DOWN
    return Finding(outcome, latency, "; ".join(said)[:300])


def _what_is_wrong(readiness: Readiness) -> str | None:
    wrong = [
        f"{check.name}: {check.message or check.status}"
        for check in readiness.checks
        if check.status is not CheckStatus.OK
    ]
    return "; ".join(wrong)[:300] or None
