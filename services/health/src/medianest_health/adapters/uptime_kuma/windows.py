"""Its maintenance, as a wall clock in a zone with a recurrence rule."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from medianest_health.adapters.uptime_kuma.crons import as_rule
from medianest_health.adapters.uptime_kuma.household import KumaHousehold, KumaMaintenance
from medianest_health.adapters.uptime_kuma.translating import Left
from medianest_health.adapters.uptime_kuma.wording import NONSENSE, CannotSay, one_line, text_of
from medianest_health.recurrence import NotARule, parse
from medianest_health.windows import LONGEST, Plan

_WEEKDAYS = ("SU", "MO", "TU", "WE", "TH", "FR", "SA")
_SOME_DAY = date(2024, 1, 1)
"""Of what comes every day or week and says not since when."""
_LONGEST_WAIT = timedelta(days=8 * 366)
"""For what comes only in some years."""
_SHORTEST = timedelta(minutes=1)
_YEARS = (1900, 2199)
_LONGEST_DESCRIPTION = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenWindow:
    ref: str
    title: str
    description: str | None
    zone: str
    starts_at_local: datetime
    """Without a zone."""
    duration: timedelta
    rule: str | None
    monitors: Sequence[str]
    """Their references."""


def translate_windows(household: KumaHousehold, *, now: datetime) -> tuple[list[TakenWindow], list[Left]]:
    taken: list[TakenWindow] = []
    left: list[Left] = []
    for window in household.maintenances:
        title = one_line(window.title, otherwise=f"Maintenance {window.id}")
        try:
            taken.append(_said(window, household, title=title, now=now))
        except CannotSay as why:
            left.append(Left(title, "maintenance", str(why)))
        except NONSENSE:
            left.append(Left(title, "maintenance", "It is not understood."))
    return taken, left


def _said(window: KumaMaintenance, household: KumaHousehold, *, title: str, now: datetime) -> TakenWindow:
    if not window.active:
        raise CannotSay("It is switched off there.")
    monitors = [f"{household.ref}:{number}" for number in household.maintained.get(window.id, ())]
    if not monitors:
        raise CannotSay("It is about no monitor.")
    zone = _zone(window)
    starts, duration, rule = _when(window, zone)
    if not _SHORTEST <= duration <= LONGEST:
        raise CannotSay("It has no length, or one that is not possible here.")
    if rule is not None:
        starts, rule = _first(starts, rule, until=_moment(window, 1))
    recurrence = parse(rule, starts=starts) if rule else None
    if Plan(starts, zone, duration, recurrence).current_or_next(at=now) is None:
        raise CannotSay("It is over.")
    return TakenWindow(
        ref=f"{household.ref}:maintenance:{window.id}",
        title=title,
        description=text_of(window.description, longest=_LONGEST_DESCRIPTION),
        zone=zone.key,
        starts_at_local=starts,
        duration=duration,
        rule=rule,
        monitors=monitors,
    )


def _when(window: KumaMaintenance, zone: ZoneInfo) -> tuple[datetime, timedelta, str | None]:
    match window.strategy:
        case "single":
            starts, ends = _moment(window, 0), _moment(window, 1)
            if starts is None or ends is None:
                raise CannotSay("It says not from when to when it is.")
            # What passes by the clock on the wall is not what passes where the hour is changed.
            length = ends.replace(tzinfo=zone).timestamp() - starts.replace(tzinfo=zone).timestamp()
            return starts, timedelta(seconds=length), None
        case "cron":
            rule, hour, minute = as_rule(window.cron or "")
            return datetime.combine(_day(window), time(hour, minute)), _length(window), rule
        case "recurring-interval":
            every = window.interval_day or 1
            if every < 1 or (every > 1 and _moment(window, 0) is None):
                raise CannotSay("It says not from which day on the days are counted.")
            rule = f"FREQ=DAILY;INTERVAL={every}" if every > 1 else "FREQ=DAILY"
        case "recurring-weekday":
            days = [_WEEKDAYS[day % 7] for day in sorted(set(window.weekdays), key=lambda day: (day - 1) % 7)]
            rule = f"FREQ=WEEKLY;BYDAY={','.join(days)}" if days else ""
        case "recurring-day-of-month":
            rule = f"FREQ=MONTHLY;BYMONTHDAY={','.join(_month_days(window))}" if window.days_of_month else ""
        case "manual":
            raise CannotSay("It is switched on and off by hand.")
        case _:
            raise CannotSay("How it comes again is not known here.")
    if not rule:
        raise CannotSay("It says not on which days it is.")
    starts, duration = _by_the_clock(window)
    return starts, duration, rule


def _by_the_clock(window: KumaMaintenance) -> tuple[datetime, timedelta]:
    """From one time of the day to another, which may be that of the next day."""
    if len(window.time_range) != 2:
        raise CannotSay("It says not from when to when it is.")
    first, last = (time(each.hours, each.minutes) for each in window.time_range)
    starts = datetime.combine(_day(window), first)
    length = datetime.combine(_day(window), last) - starts
    return starts, length if length >= timedelta() else length + timedelta(days=1)


def _length(window: KumaMaintenance) -> timedelta:
    return timedelta(seconds=window.duration or (window.duration_minutes or 0) * 60)


def _month_days(window: KumaMaintenance) -> list[str]:
    """`lastDay1` is the last one, `lastDay2` the one before."""
    found = []
    for day in window.days_of_month:
        text = str(day)
        number = -int(text[7:]) if text.startswith("lastDay") and text[7:].isdecimal() else None
        if number is None and text.isdecimal():
            number = int(text)
        if number is None or not 1 <= abs(number) <= 31:
            raise CannotSay("It is on days that are not known here.")
        found.append(str(number))
    return found


def _first(starts: datetime, rule: str, *, until: datetime | None) -> tuple[datetime, str]:
    """The first time that it is, since a rule counts from there."""
    if until is not None:
        rule = f"{rule};UNTIL={until:%Y%m%dT%H%M%S}"
    try:
        recurrence = parse(rule, starts=starts)
    except NotARule:
        raise CannotSay("How it comes again is not possible here.") from None
    first = next(recurrence.between(starts.date(), starts.date() + _LONGEST_WAIT), None)
    if first is None:
        raise CannotSay("It never comes.")
    return first, rule


def _moment(window: KumaMaintenance, place: int) -> datetime | None:
    text = window.date_range[place] if len(window.date_range) > place else None
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise CannotSay("Its dates are not understood.") from None
    if moment.tzinfo is not None or not _YEARS[0] <= moment.year <= _YEARS[1]:
        raise CannotSay("Its dates are not understood.")
    return moment


def _day(window: KumaMaintenance) -> date:
    first = _moment(window, 0)
    return first.date() if first else _SOME_DAY


def _zone(window: KumaMaintenance) -> ZoneInfo:
    try:
        return ZoneInfo(window.timezone or "")
    except (KeyError, ValueError, OSError):
        raise CannotSay("Its time zone is not known here.") from None
