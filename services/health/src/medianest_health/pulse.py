"""Whether this process ran all the time: one that was stopped, or whose machine slept, can say nothing about others."""

import asyncio
from dataclasses import dataclass

from medianest_common.clock import Clock

BEAT_SECONDS = 0.25
LATE_SECONDS = 1.0
"""Later than that is more than a busy machine's hiccup."""
_SETTLE_SECONDS = 2.0
"""After a stop, connections turn out to be dead one after the other."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A moment to ask about later: how long this process has run, and how far the wall clock is from that."""

    monotonic: float
    offset: float


class Pulse:
    """Beats on the event loop, and notices when it could not. The wall clock runs on while a machine sleeps, and the
    other one does not; so what they are apart tells of that."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last = self._now()
        self._held_up_until = float("-inf")

    async def run(self) -> None:
        self._last = self._now()
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            self._beat()

    def mark(self) -> Mark:
        return Mark(self._now(), self._offset())

    def was_held_up(self, since: Mark) -> bool:
        """Asked by whoever comes first after a stop, so it does not rely on having beaten since."""
        self._beat(late_only=True)
        return self._held_up_until >= since.monotonic - _SETTLE_SECONDS or (
            abs(self._offset() - since.offset) > LATE_SECONDS
        )

    def _beat(self, *, late_only: bool = False) -> None:
        now = self._now()
        if now - self._last > BEAT_SECONDS + LATE_SECONDS:
            self._held_up_until = now
        elif late_only:
            return
        self._last = now

    @staticmethod
    def _now() -> float:
        """Of the loop itself: a clock that is moved on by hand has not been held up."""
        return asyncio.get_running_loop().time()

    def _offset(self) -> float:
        return self._clock.now().timestamp() - self._clock.monotonic()
