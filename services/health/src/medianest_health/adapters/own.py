"""Our own parts: the services by asking them on the bus, and the three servers below them."""

from collections.abc import Awaitable, Callable
from typing import Any

from pydantic import ValidationError

from medianest_common.bus import Bus
from medianest_common.clock import Clock
from medianest_common.contracts.health import MonitorState
from medianest_common.contracts.platform import CheckStatus, Readiness, ping_subject
from medianest_common.errors import MediaNestError
from medianest_health.adapters.probe import Finding

_STATES = {
    CheckStatus.OK: MonitorState.UP,
    CheckStatus.DEGRADED: MonitorState.DEGRADED,
    CheckStatus.DOWN: MonitorState.DOWN,
}


class ServiceProbe:
    """What one replica of a service says about itself."""

    def __init__(self, service: str, *, bus: Bus, seconds: float, clock: Clock) -> None:
        self._service = service
        self._bus = bus
        self._seconds = seconds
        self._clock = clock

    async def __call__(self) -> Finding:
        if not self._bus.connected:
            return Finding(MonitorState.UNKNOWN, message="The message bus is not reachable from here.")
        started = self._clock.monotonic()
        try:
            body = await self._bus.ask(ping_subject(self._service), timeout=self._seconds * 0.8)
            readiness = Readiness.model_validate_json(body)
        except MediaNestError as error:
            return Finding(MonitorState.DOWN, message=error.detail or error.title)
        except ValidationError:
            return Finding(MonitorState.DOWN, message="Its answer about itself cannot be read.")
        latency = round((self._clock.monotonic() - started) * 1000, 2)
        return Finding(_STATES[readiness.status], latency, _what_is_wrong(readiness))


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


def _what_is_wrong(readiness: Readiness) -> str | None:
    wrong = [
        f"{check.name}: {check.message or check.status}"
        for check in readiness.checks
        if check.status is not CheckStatus.OK
    ]
    return "; ".join(wrong)[:300] or None
