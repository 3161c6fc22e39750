"""Times of day as a person's own clock shows them, also on the days when it is put forward or back."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

DIGEST_EVERY = timedelta(minutes=15)
_DAY = timedelta(days=1)
_ENOUGH_DAYS = 4
"""A clock's day can be missing altogether, as on Samoa's way over the date line."""


@cache
def zone_names() -> frozenset[str]:
    """Of the machine's own database, read once."""
    return frozenset(available_timezones() - {"localtime", "Factory"})


@cache
def zone_called(name: str) -> ZoneInfo:
    """UTC for a name that this machine does not know: a copy from elsewhere must not keep anybody from being told."""
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, ZoneInfoNotFoundError):
        return ZoneInfo("UTC")


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From `start` until just before `end`, over midnight where `end` is the earlier one."""

    start: time
    end: time

    def hold(self, at: datetime, zone: ZoneInfo) -> bool:
        shown = at.astimezone(zone).time().replace(tzinfo=None)
        if self.start <= self.end:
            return self.start <= shown < self.end
        return shown >= self.start or shown < self.end

    def over(self, at: datetime, zone: ZoneInfo) -> datetime:
        """The first moment from `at` on at which they are over; `at` itself where it lies outside."""
        if not self.hold(at, zone):
            return at
        return next(
            moment for moment in moments_of(self.end, after=at, zone=zone) if not self.hold(moment, zone)
        )


def moments_of(wall: time, *, after: datetime, zone: ZoneInfo) -> Iterator[datetime]:
    """When the clock shows `wall`, or leaps over it, later than `after`: in order, twice on a day that has it twice."""
    first = after.astimezone(zone).date() - _DAY
    for days in range(_ENOUGH_DAYS + 1):
        for moment in _on(first + days * _DAY, wall, zone):
            if moment > after:
                yield moment


def next_daily(wall: time, *, after: datetime, zone: ZoneInfo) -> datetime:
    """Once a day: of a time that a day has twice the first, of one that it leaps over the leap."""
    first = after.astimezone(zone).date() - _DAY
    candidates = (_on(first + days * _DAY, wall, zone)[0] for days in range(_ENOUGH_DAYS + 1))
    return next(moment for moment in candidates if moment > after)


def next_digest(after: datetime) -> datetime:
    """The next quarter of an hour; every zone's clock agrees on those."""
    passed = (after - datetime(1970, 1, 1, tzinfo=UTC)) % DIGEST_EVERY
    return after.astimezone(UTC) - passed + DIGEST_EVERY


def _on(day: date, wall: time, zone: ZoneInfo) -> list[datetime]:
    earlier, later = (
        datetime.combine(day, wall.replace(fold=fold), tzinfo=zone).astimezone(UTC) for fold in (0, 1)
    )
    if earlier < later:
        return [earlier, later]
    return [earlier if earlier == later else _leap(later, earlier, zone)]


def _leap(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """When the clock is put forward, to the second."""
    old = before.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
        if middle.astimezone(zone).utcoffset() == old:
            before = middle
        else:
            after = middle
    return after
