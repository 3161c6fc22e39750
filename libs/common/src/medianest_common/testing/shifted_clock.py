"""Time that a test can move on."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, tzinfo

from medianest_common.clock import SystemClock


class ShiftedClock(SystemClock):
    """Runs like the real one, ahead of it by what the test says."""

    def __init__(self) -> None:
        self._ahead = timedelta()
        self._set = timedelta()
        self._held: tuple[datetime, float] | None = None

    def now(self) -> datetime:
        return (self._held[0] if self._held else super().now()) + self._ahead + self._set

    def monotonic(self) -> float:
        return (self._held[1] if self._held else super().monotonic()) + self._ahead.total_seconds()

    def advance(self, seconds: float) -> None:
        self._ahead += timedelta(seconds=seconds)

    def set_by(self, seconds: float) -> None:
        """As somebody sets a clock: no time passes."""
        self._set += timedelta(seconds=seconds)

    def advance_to_noon(self, zone: tzinfo = UTC) -> None:
        """So that no midnight comes in between."""
        now = self.now().astimezone(zone)
        self.advance((timedelta(hours=36) - (now - now.replace(hour=0, minute=0))).total_seconds())

    @contextmanager
    def held(self) -> Iterator[None]:
        """It stands still but for what it is moved on: what has to happen within seconds of something else does so,
        however long the machine takes for it."""
        self._held = super().now(), super().monotonic()
        try:
            yield
        finally:
            self._held = None
