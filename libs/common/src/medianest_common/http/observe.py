"""One log line and one set of figures for each call, whatever its end. Never the query: it may hold a token."""

from types import TracebackType
from typing import Self

import structlog

from medianest_common.addresses import AddressRefused
from medianest_common.clock import Clock
from medianest_common.errors import BadUpstream, TimedOut, TooManyRequests, Unavailable
from medianest_common.http import metrics
from medianest_common.http.bulkhead import BulkheadFull
from medianest_common.http.errors import UpstreamRefused

logger = structlog.get_logger()

# The first that fits names the outcome.
_OUTCOMES: tuple[tuple[type[BaseException], str], ...] = (
    (UpstreamRefused, "refused"),
    (AddressRefused, "address_refused"),
    (BulkheadFull, "busy"),
    (TooManyRequests, "limited"),
    (TimedOut, "timed_out"),
    (Unavailable, "unavailable"),
    (BadUpstream, "bad_answer"),
)


class Observation:
    def __init__(self, system: str, *, method: str, path: str, clock: Clock) -> None:
        self.attempts = 0
        self._system = system
        self._method = method
        self._path = path
        self._clock = clock
        self._started = clock.monotonic()

    def __enter__(self) -> Self:
        metrics.IN_FLIGHT.labels(self._system).inc()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        seconds = self._clock.monotonic() - self._started
        outcome = _outcome(kind)
        metrics.IN_FLIGHT.labels(self._system).dec()
        metrics.CALLS.labels(self._system, outcome).inc()
        metrics.SECONDS.labels(self._system).observe(seconds)
        if self.attempts > 1:
            metrics.RETRIES.labels(self._system).inc(self.attempts - 1)
        tell = logger.info if outcome in ("ok", "refused", "cancelled") else logger.warning
        tell(
            "outgoing_call",
            system=self._system,
            method=self._method,
            path=self._path,
            outcome=outcome,
            status=error.upstream_status if isinstance(error, UpstreamRefused) else None,
            attempts=self.attempts,
            milliseconds=round(seconds * 1000, 1),
        )


def _outcome(kind: type[BaseException] | None) -> str:
    if kind is None:
        return "ok"
    for error, name in _OUTCOMES:
        if issubclass(kind, error):
            return name
    return "cancelled" if not issubclass(kind, Exception) else "error"
