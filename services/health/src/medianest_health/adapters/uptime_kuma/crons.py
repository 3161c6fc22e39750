"""Cron, as far as a recurrence rule (RFC 5545) says the same."""

from medianest_health.adapters.uptime_kuma.wording import CannotSay

_DAYS = ("SU", "MO", "TU", "WE", "TH", "FR", "SA")
_DAY_NAMES = {name: number for number, name in enumerate(("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"))}
_MONTH_NAMES = {
    name: number
    for number, name in enumerate(
        ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"), start=1
    )
}
_MOST_A_DAY = 24


def as_rule(cron: str) -> tuple[str, int, int]:
    """The rule, and hour and minute of the first beginning of a day. Raises `CannotSay`."""
    fields = cron.upper().split()
    if len(fields) != 5:
        raise _too_much()
    minutes = _values(fields[0], 0, 59)
    hours = _values(fields[1], 0, 23)
    days = _values(fields[2], 1, 31)
    months = _values(fields[3], 1, 12, names=_MONTH_NAMES)
    weekdays = sorted({day % 7 for day in _values(fields[4], 0, 7, names=_DAY_NAMES)})
    any_day, any_weekday = len(days) == 31, len(weekdays) == 7
    # Cron means either of the two then, and a rule means both.
    if not any_day and not any_weekday:
        raise _too_much()
    if len(hours) * len(minutes) > _MOST_A_DAY:
        raise _too_much()
    parts = ["FREQ=DAILY"]
    if len(months) < 12:
        parts.append(f"BYMONTH={_list(months)}")
    if not any_day:
        parts.append(f"BYMONTHDAY={_list(days)}")
    if not any_weekday:
        parts.append("BYDAY=" + ",".join(_DAYS[day] for day in weekdays))
    if len(hours) * len(minutes) > 1:
        parts += [f"BYHOUR={_list(hours)}", f"BYMINUTE={_list(minutes)}"]
    return ";".join(parts), hours[0], minutes[0]


def _values(text: str, least: int, most: int, *, names: dict[str, int] | None = None) -> list[int]:
    found: set[int] = set()
    for part in text.split(","):
        reach, _, step = part.partition("/")
        if step and (not step.isdecimal() or len(step) > 2 or int(step) == 0):
            raise _too_much()
        first, dash, last = reach.partition("-")
        if reach == "*":
            low, high = least, most
        else:
            low = _number(first, names)
            high = _number(last, names) if dash else most if step else low
        if not least <= low <= high <= most:
            raise _too_much()
        found.update(range(low, high + 1, int(step or 1)))
    return sorted(found)


def _number(text: str, names: dict[str, int] | None) -> int:
    if text in (names or {}):
        return (names or {})[text]
    if not text.isdecimal() or len(text) > 2:
        raise _too_much()
    return int(text)


def _list(numbers: list[int]) -> str:
    return ",".join(str(number) for number in numbers)


def _too_much() -> CannotSay:
    return CannotSay("Its cron expression says more than a recurrence rule here.")
