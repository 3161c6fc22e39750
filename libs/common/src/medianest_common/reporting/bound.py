"""How much is told: a fault that happens a thousand times a second is known after the first few."""

from collections import deque

from medianest_common.clock import Clock

PER_FAULT = 5
FAULT_SECONDS = 3600.0
IN_ALL = 30
ALL_SECONDS = 60.0
_MOST_FAULTS = 500


class Bound:
    """A few of each fault an hour, and of all together some a minute."""

    def __init__(self, *, clock: Clock) -> None:
        self._clock = clock
        self._all: deque[float] = deque(maxlen=IN_ALL)
        self._told: dict[str, deque[float]] = {}
        self._held_back: dict[str, int] = {}

    def take(self, fault: str) -> int | None:
        """How many of this fault were held back since one was told; None when this one is held back too."""
        now = self._clock.monotonic()
        told = self._told.get(fault)
        if told is None:
            if len(self._told) >= _MOST_FAULTS:
                oldest = next(iter(self._told))
                del self._told[oldest]
                self._held_back.pop(oldest, None)
            told = self._told[fault] = deque(maxlen=PER_FAULT)
        if _is_full(told, now, FAULT_SECONDS) or _is_full(self._all, now, ALL_SECONDS):
            self._held_back[fault] = self._held_back.get(fault, 0) + 1
            return None
        told.append(now)
        self._all.append(now)
        return self._held_back.pop(fault, 0)


def _is_full(times: "deque[float]", now: float, seconds: float) -> bool:
    return len(times) == times.maxlen and now - times[0] < seconds
