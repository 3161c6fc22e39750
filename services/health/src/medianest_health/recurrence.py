"""When something comes again, by a recurrence rule (RFC 5545) on the clock on the wall.

`dateutil` looks for the next time that a rule means until the year 9999, which takes seconds where there is none. Here
one day after the other is asked whether it is one, so a look costs as much as the days that are looked at. The tests
hold it against `dateutil`.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Literal

LONGEST_RULE = 300
MOST_COUNTED = 500
MOST_A_DAY = 48
_MOST_INTERVAL = 400
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_DAY = timedelta(days=1)
_LOCAL = re.compile(r"[0-9]{8}(T[0-9]{6})?")
_WITHIN = {"BYMONTH": (1, 12), "BYMONTHDAY": (-31, 31), "BYHOUR": (0, 23), "BYMINUTE": (0, 59)}

type _Frequency = Literal["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]
_FREQUENCIES: Mapping[str, _Frequency] = {
    "DAILY": "DAILY",
    "WEEKLY": "WEEKLY",
    "MONTHLY": "MONTHLY",
    "YEARLY": "YEARLY",
}


class NotARule(ValueError):
    """The message says what is wrong, without repeating what was written."""


@dataclass(frozen=True)
class Recurrence:
    starts: datetime
    """Of the first time, without a zone, as all of them. Comes by itself only if the rule means it."""
    frequency: _Frequency
    interval: int = 1
    count: int | None = None
    until: datetime | None = None
    months: frozenset[int] = frozenset()
    month_days: frozenset[int] = frozenset()
    weekdays: frozenset[tuple[int, int]] = frozenset()
    """Which of the month or year, 0 for each; and which day, 0 for Monday."""
    times: tuple[time, ...] = ()
    places: frozenset[int] = frozenset()
    """Which of all those of a month."""
    week_start: int = 0

    def between(self, first: date, last: date) -> Iterator[datetime]:
        """Those that begin on these days, in order."""
        if self.count is None:
            yield from self._within(max(first, self.starts.date()), last)
            return
        for moment in islice(self._within(self.starts.date(), last), self.count):
            if moment.date() >= first:
                yield moment

    def _within(self, first: date, last: date) -> Iterator[datetime]:
        day = first
        if self.until is not None:
            last = min(last, self.until.date())
        while day <= last:
            if self._is_on(day):
                yield from self._on(day)
            day += _DAY

    def _on(self, day: date) -> Iterator[datetime]:
        for each in self._times_in(day):
            if each >= self.starts and (self.until is None or each <= self.until):
                yield each

    def _times_in(self, day: date) -> list[datetime]:
        moments = [datetime.combine(day, each) for each in self.times]
        if not self.places:
            return moments
        month = [day.replace(day=number + 1) for number in range(_last(day))]
        days = [each for each in month if self._fits(each)]
        count, before = len(days) * len(self.times), days.index(day) * len(self.times)
        return [
            moment
            for number, moment in enumerate(moments, start=before)
            if number + 1 in self.places or number - count in self.places
        ]

    def _is_on(self, day: date) -> bool:
        return self._periods_since_start(day) % self.interval == 0 and self._fits(day)

    def _fits(self, day: date) -> bool:
        if self.months and day.month not in self.months:
            return False
        if self.month_days and not {day.day, day.day - _last(day) - 1} & self.month_days:
            return False
        return not self.weekdays or bool(self._names(day) & self.weekdays)

    def _names(self, day: date) -> set[tuple[int, int]]:
        """Every way in which a rule may call it: `FR`, `2FR`, `-1FR`."""
        weekday = day.weekday()
        if self.frequency in ("DAILY", "WEEKLY"):
            return {(0, weekday)}
        if self.frequency == "YEARLY" and not self.months:
            passed, left = day.timetuple().tm_yday - 1, (date(day.year, 12, 31) - day).days
        else:
            passed, left = day.day - 1, _last(day) - day.day
        return {(0, weekday), (passed // 7 + 1, weekday), (-(left // 7) - 1, weekday)}

    def _periods_since_start(self, day: date) -> int:
        start = self.starts.date()
        match self.frequency:
            case "DAILY":
                return (day - start).days
            case "WEEKLY":
                return (self._week_of(day) - self._week_of(start)).days // 7
            case "MONTHLY":
                return (day.year - start.year) * 12 + day.month - start.month
            case "YEARLY":
                return day.year - start.year

    def _week_of(self, day: date) -> date:
        return day - timedelta(days=(day.weekday() - self.week_start) % 7)


def parse(rule: str, *, starts: datetime) -> Recurrence:
    """Raises `NotARule`."""
    if len(rule) > LONGEST_RULE:
        raise NotARule("it is too long")
    parts: dict[str, str] = {}
    for part in rule.removeprefix("RRULE:").split(";"):
        name, _, value = part.partition("=")
        if not value or name in parts:
            raise NotARule("each part is a name with a value, and stands there once")
        parts[name] = value
    frequency = _FREQUENCIES.get(parts.pop("FREQ", ""))
    if frequency is None:
        raise NotARule("FREQ is DAILY, WEEKLY, MONTHLY or YEARLY")
    read = {name: _numbers(name, parts.pop(name, ""), *within) for name, within in _WITHIN.items()}
    weekdays = frozenset(_weekday(each, frequency) for each in parts.pop("BYDAY", "").split(",") if each)
    places = _numbers("BYSETPOS", parts.pop("BYSETPOS", ""), -31, 31)
    count, until = parts.pop("COUNT", None), parts.pop("UNTIL", None)
    if count is not None and until is not None:
        raise NotARule("it ends by COUNT or by UNTIL")
    interval = _number("INTERVAL", parts.pop("INTERVAL", "1"), 1, _MOST_INTERVAL)
    week_start = parts.pop("WKST", "MO")
    if parts:
        raise NotARule("it has a part that is not known here")
    if week_start not in _DAYS:
        raise NotARule("WKST is a day of the week")
    if places and (frequency != "MONTHLY" or not (weekdays or any(read.values()))):
        raise NotARule("BYSETPOS chooses among what another part names in a month")
    if read["BYMONTHDAY"] and frequency == "WEEKLY":
        raise NotARule("a week has no BYMONTHDAY")
    month_days, months = read["BYMONTHDAY"], read["BYMONTH"]
    if not (month_days or weekdays):
        if frequency == "WEEKLY":
            weekdays = frozenset({(0, starts.weekday())})
        elif frequency in ("MONTHLY", "YEARLY"):
            month_days = frozenset({starts.day})
            months = months or (frozenset({starts.month}) if frequency == "YEARLY" else months)
    return Recurrence(
        starts=starts,
        frequency=frequency,
        interval=interval,
        count=None if count is None else _number("COUNT", count, 1, MOST_COUNTED),
        until=None if until is None else _until(until),
        months=months,
        month_days=month_days,
        weekdays=weekdays,
        times=_times(read["BYHOUR"], read["BYMINUTE"], starts),
        places=places,
        week_start=_DAYS.index(week_start),
    )


def _times(hours: frozenset[int], minutes: frozenset[int], starts: datetime) -> tuple[time, ...]:
    times = tuple(
        time(hour, minute, starts.second)
        for hour in sorted(hours or {starts.hour})
        for minute in sorted(minutes or {starts.minute})
    )
    if len(times) > MOST_A_DAY:
        raise NotARule(f"it comes more than {MOST_A_DAY} times a day")
    return times


def _weekday(text: str, frequency: _Frequency) -> tuple[int, int]:
    which, day = text[:-2], text[-2:]
    if day not in _DAYS:
        raise NotARule("BYDAY names days like MO, 2TU or -1FR")
    if not which:
        return 0, _DAYS.index(day)
    if frequency not in ("MONTHLY", "YEARLY"):
        raise NotARule("only months and years have a first or last MO")
    number = _number("BYDAY", which, -53, 53)
    if number == 0:
        raise NotARule("BYDAY counts from 1 or from -1")
    return number, _DAYS.index(day)


def _numbers(name: str, text: str, least: int, most: int) -> frozenset[int]:
    found = frozenset(_number(name, each, least, most) for each in text.split(",")) if text else frozenset()
    if least < 0 and 0 in found:
        raise NotARule(f"{name} counts from 1 or from -1")
    return found


def _number(name: str, text: str, least: int, most: int) -> int:
    digits = text.removeprefix("-").removeprefix("+")
    if not (digits.isascii() and digits.isdecimal() and len(digits) <= 4 and len(text) - len(digits) <= 1):
        raise NotARule(f"{name} is a number")
    if not least <= int(text) <= most:
        raise NotARule(f"{name} lies between {least} and {most}")
    return int(text)


def _until(text: str) -> datetime:
    """By the same clock as the rest, so `Z` is not taken: it would be another one."""
    if _LOCAL.fullmatch(text):
        with suppress(ValueError):
            until = datetime.fromisoformat(text)
            return until if "T" in text else until.replace(hour=23, minute=59, second=59)
    raise NotARule("UNTIL is a local time like 20261231 or 20261231T235959")


def _last(day: date) -> int:
    """The number of days of its month."""
    following = date(day.year + day.month // 12, day.month % 12 + 1, 1)
    return (following - _DAY).day
