"""How fast a download has to be to keep its slot: a server that drips bytes would hold it for ever."""

import asyncio
from dataclasses import dataclass

from medianest_common.clock import Clock
from medianest_common.contracts.youtube import FailureCode
from medianest_common.contracts.youtube.downloads import ProgressStep
from medianest_youtube.failures import NotToBeHad

_LOOK_SECONDS = 1.0
_LONGEST_START = 900.0
"""Until it is known what is to be fetched: pages may drip as well."""
_HEAD_START = 3600.0
_TIMES_ITS_LENGTH = 4
"""That ffmpeg may take for it, on a small machine with a slow disk."""


@dataclass(kw_only=True)
class Pace:
    """`floor` more bytes have to arrive within each `window` of seconds, and on the whole `rate` bytes a second.

    What an attempt before this one has left counts as no progress. All moments are monotonic.
    """

    begun: float
    window: float
    floor: int
    rate: int
    _step: ProgressStep = ProgressStep.STARTING
    _seconds: float = 0.0
    _size: int = 0
    _mark: float = 0.0
    """When the last `floor` bytes were complete."""
    _at_mark: int | None = None

    def learn(self, *, size: int | None, seconds: float | None) -> None:
        self._size, self._seconds = size or 0, seconds or 0.0

    def take_step(self, step: ProgressStep, *, now: float) -> None:
        if step is not self._step:
            self._step, self._mark, self._at_mark = step, now, None

    def transferred(self, downloaded: int, *, total: int | None, now: float) -> None:
        self.take_step(ProgressStep.DOWNLOADING, now=now)
        self._size = max(self._size, total or 0)
        if self._at_mark is None or downloaded < self._at_mark:
            self._at_mark = downloaded
        elif downloaded - self._at_mark >= self.floor:
            self._mark, self._at_mark = now, downloaded

    def objection(self, *, now: float) -> str | None:
        """Why it has to stop, for the log."""
        if self._step is ProgressStep.STARTING:
            late = now - self.begun > _LONGEST_START
            return f"It has not begun within {_LONGEST_START:.0f} s." if late else None
        if now - self.begun > self.longest:
            return f"It has not come to an end within {self.longest:.0f} s."
        if self._step is ProgressStep.DOWNLOADING and now - self._mark > self.window:
            return f"Fewer than {self.floor} bytes have arrived within {self.window:.0f} s."
        return None

    @property
    def longest(self) -> float:
        """Seconds that the whole of it may take, by its length and size."""
        return _HEAD_START + _TIMES_ITS_LENGTH * self._seconds + self._size / self.rate


async def keep_pace(pace: Pace, *, clock: Clock) -> None:
    """Never ends while it is fast enough. Raises `NotToBeHad` with TOO_SLOW."""
    while True:
        await asyncio.sleep(min(_LOOK_SECONDS, pace.window / 4))
        if objection := pace.objection(now=clock.monotonic()):
            raise NotToBeHad(FailureCode.TOO_SLOW, objection)
