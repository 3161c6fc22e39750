"""When maintenance is: written by the clock on the wall of some place, worked out in UTC."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import groupby
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from medianest_health.recurrence import Recurrence

LONGEST = timedelta(days=30)
_LOOKED_AHEAD = timedelta(days=5 * 366)
"""The 29th of February comes every four years."""
_SPARE = timedelta(days=2)
"""More than any zone is away from UTC."""


@dataclass(frozen=True, slots=True)
class Window:
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Plan:
    starts: datetime
    """By the clock on the wall."""
    zone: ZoneInfo
    duration: timedelta
    """What passes, whatever the clock is set to meanwhile."""
    recurrence: Recurrence | None = None
    cut_at: datetime | None = None
    """What began before it is over by then."""

    def windows(self, *, at: datetime) -> Iterator[Window]:
        """Those that run or come, in order, each once."""
        for starts_at in self._starts(at):
            window = Window(starts_at, starts_at + self.duration)
            if self.cut_at is not None and starts_at < self.cut_at < window.ends_at:
                window = replace(window, ends_at=self.cut_at)
            if window.ends_at > at:
                yield window

    def current_or_next(self, *, at: datetime) -> Window | None:
        """Those that overlap or touch are one."""
        found: Window | None = None
        for window in self.windows(at=at):
            if found is None:
                found = window
            elif window.starts_at <= found.ends_at < found.starts_at + LONGEST:
                found = replace(found, ends_at=max(found.ends_at, window.ends_at))
            else:
                break
        return found

    def _starts(self, at: datetime) -> Iterator[datetime]:
        """Where clocks leave an hour out, two times of that day may be one, or change places."""
        for _, day in groupby(self._locals(at), key=datetime.date):
            yield from sorted({in_utc(local, self.zone) for local in day})

    def _locals(self, at: datetime) -> Iterator[datetime]:
        if self.recurrence is None:
            return iter([self.starts])
        first = (at - self.duration - _SPARE).date()
        return self.recurrence.between(first, max(first, self.starts.date()) + _LOOKED_AHEAD)


@cache
def zone_called(name: str) -> ZoneInfo:
    """UTC for a name that this machine does not know: what comes from elsewhere must not stop the checks."""
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, ZoneInfoNotFoundError):
        return ZoneInfo("UTC")


def in_utc(local: datetime, zone: ZoneInfo) -> datetime:
    """As RFC 5545 has it: a time that the clocks leave out is as long after the last one that there was; of one that
    comes twice it is the first."""
    return local.replace(tzinfo=zone, fold=0).astimezone(UTC)
