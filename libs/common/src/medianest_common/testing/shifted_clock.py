"""Time that a test can move on."""

from datetime import datetime, timedelta

from medianest_common.clock import SystemClock


class ShiftedClock(SystemClock):
    """Runs like the real one, ahead of it by what the test says."""

    def __init__(self) -> None:
        self._ahead = timedelta()

    def now(self) -> datetime:
        return super().now() + self._ahead

    def monotonic(self) -> float:
        return super().monotonic() + self._ahead.total_seconds()

    def advance(self, seconds: float) -> None:
        self._ahead += timedelta(seconds=seconds)
