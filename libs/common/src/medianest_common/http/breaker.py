"""Stop calling a system that is down, and find out cheaply when it is back."""

import sys
from collections.abc import Callable
from enum import StrEnum

import structlog

from medianest_common.clock import Clock
from medianest_common.errors import Unavailable
from medianest_common.http.metrics import BREAKER_OPEN

logger = structlog.get_logger()

NEVER = sys.maxsize
"""As a threshold, for those who look whether a system fails."""


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
        self.threshold = threshold
        self._reset_after = reset_after
        self._failures = 0
        self._opened_at: float | None = None
        self._open_since: float | None = None
        self.turned: Callable[[CircuitBreaker, float | None], None] | None = None
        """Is told when it has opened, and after how many seconds it has closed by itself."""
        self._trial_running = False
        self._generation = 0

    @property
    def state(self) -> BreakerState:
        if self._opened_at is None:
            return BreakerState.CLOSED
        return BreakerState.OPEN if self.retry_after > 0 else BreakerState.HALF_OPEN

    @property
    def may_open(self) -> bool:
        return self.threshold < NEVER

    @property
    def open_since(self) -> float | None:
        """When it last opened by the monotonic clock, trials that failed since notwithstanding."""
        return self._open_since

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
        self._failures = 0
        if self._open_since is not None:
            seconds = self._clock.monotonic() - self._open_since
            self._change(opened_at=None)
            logger.info("breaker_closed", system=self.system)
            if self.turned:
                self.turned(self, seconds)

    def failed(self, permit: int) -> None:
        if permit != self._generation:
            return
        self._failures += 1
        if self._opened_at is not None or self._failures >= self.threshold:
            was_closed = self._opened_at is None
            self._change(opened_at=self._clock.monotonic())
            if was_closed:
                logger.warning("breaker_opened", system=self.system, failures=self._failures)
                if self.turned:
                    self.turned(self, None)

    def abandoned(self, permit: int) -> None:
        """The call ended in a way that says nothing about the system."""
        if permit == self._generation:
            self._trial_running = False

    def reset(self) -> bool:
        """Let calls through at once, as after the settings of the system were changed. Returns whether anything was
        counted against the system."""
        counted = self._opened_at is not None or self._failures > 0
        self._failures = 0
        self._change(opened_at=None)
        return counted

    def _change(self, *, opened_at: float | None) -> None:
        if opened_at is None or self._open_since is None:
            self._open_since = opened_at
        self._opened_at = opened_at
        self._trial_running = False
        self._generation += 1
        BREAKER_OPEN.labels(self.system).set(opened_at is not None)
