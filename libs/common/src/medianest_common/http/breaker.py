"""Stop calling a system that is down, and find out cheaply when it is back."""

from enum import StrEnum

import structlog

from medianest_common.clock import Clock
from medianest_common.errors import Unavailable
from medianest_common.http.metrics import BREAKER_OPEN

logger = structlog.get_logger()


class BreakerState(StrEnum):
    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


class CircuitBreaker:
    """Opens after `threshold` failures in a row; after `reset_after` seconds lets one trial call through.

    The caller decides what a failure is. Every permit must be given back through exactly one of `succeeded`,
    `failed` and `abandoned`; permits from before the last change of state no longer count.
    """

    def __init__(self, system: str, *, clock: Clock, threshold: int = 5, reset_after: float = 30.0) -> None:
        self.system = system
        self._clock = clock
        self._threshold = threshold
        self._reset_after = reset_after
        self._failures = 0
        self._opened_at: float | None = None
        self._trial_running = False
        self._generation = 0

    @property
    def state(self) -> BreakerState:
        if self._opened_at is None:
            return BreakerState.CLOSED
        return BreakerState.OPEN if self.retry_after > 0 else BreakerState.HALF_OPEN

    @property
    def failures(self) -> int:
        """In a row, since the last success."""
        return self._failures

    @property
    def retry_after(self) -> float:
        """Seconds until a trial is allowed; 0 when calls are let through."""
        if self._opened_at is None:
            return 0.0
        return max(0.0, self._opened_at + self._reset_after - self._clock.monotonic())

    def admit(self) -> int:
        """A permit for one call, or `Unavailable` without a call having been made."""
        state = self.state
        if state is BreakerState.CLOSED:
            return self._generation
        if state is BreakerState.OPEN or self._trial_running:
            raise Unavailable(
                f"{self.system} does not answer at the moment.",
                upstream=self.system,
                retry_after=max(1.0, round(self.retry_after, 1)),
            )
        self._trial_running = True
        return self._generation

    def succeeded(self, permit: int) -> None:
        if permit != self._generation:
            return
        if self._opened_at is not None:
            self._change(opened_at=None)
            logger.info("breaker_closed", system=self.system)
        self._failures = 0

    def failed(self, permit: int) -> None:
        if permit != self._generation:
            return
        self._failures += 1
        if self._opened_at is not None or self._failures >= self._threshold:
            if self._opened_at is None:
                logger.warning("breaker_opened", system=self.system, failures=self._failures)
            self._change(opened_at=self._clock.monotonic())

    def abandoned(self, permit: int) -> None:
        """The call ended in a way that says nothing about the system."""
        if permit == self._generation:
            self._trial_running = False

    def reset(self) -> None:
        """Let calls through at once, as after the settings of the system were changed."""
        self._failures = 0
        self._change(opened_at=None)

    def _change(self, *, opened_at: float | None) -> None:
        self._opened_at = opened_at
        self._trial_running = False
        self._generation += 1
        BREAKER_OPEN.labels(self.system).set(opened_at is not None)
