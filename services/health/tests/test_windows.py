"""When maintenance is, where clocks are changed and where they are not."""

import time
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from datetime import time as time_of_day
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given
from hypothesis import strategies as st

from medianest_health.recurrence import NotARule, parse
from medianest_health.windows import Plan, Window, in_utc

BERLIN, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")
ZONES = [
    BERLIN,
    NEW_YORK,
    LORD_HOWE,
    *map(ZoneInfo, ("Asia/Kathmandu", "America/St_Johns", "Pacific/Apia", "Africa/Cairo", "UTC")),
]
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


def plan(starts: str, rule: str | None, *, zone: ZoneInfo = BERLIN, minutes: int = 60) -> Plan:
    local = datetime.fromisoformat(starts)
    return Plan(local, zone, timedelta(minutes=minutes), (rule and parse(rule, starts=local)) or None)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def some(values: list[str], name: str, most: int = 4) -> st.SearchStrategy[str]:
    chosen = st.lists(st.sampled_from(values), max_size=most, unique=True)
    return chosen.map(lambda each: f";{name}={','.join(each)}" if each else "")


def numbers(*ranges: range) -> list[str]:
    return [str(number) for each in ranges for number in each]


_TIMES = st.tuples(some(numbers(range(24)), "BYHOUR", 3), some(numbers(range(60)), "BYMINUTE", 3))
_MONTHS = some(numbers(range(1, 13)), "BYMONTH")
_MONTH_DAYS = some(numbers(range(1, 32), range(-31, 0)), "BYMONTHDAY")
_PLAIN_DAYS = some(list(DAYS), "BYDAY")
_NTH_DAYS = some([f"{n}{day}" for n in (*range(-5, 0), *range(1, 6)) for day in DAYS], "BYDAY")
_PLACES = some(numbers(range(1, 6), range(-5, 0)), "BYSETPOS", 2)
rules = st.one_of(
    st.tuples(st.just("FREQ=DAILY"), _MONTHS, _MONTH_DAYS, _PLAIN_DAYS),
    st.tuples(st.just("FREQ=WEEKLY"), _MONTHS, _PLAIN_DAYS, some(["MO", "SU", "WE"], "WKST", 1)),
    st.tuples(st.just("FREQ=MONTHLY"), _MONTHS, _MONTH_DAYS, _PLAIN_DAYS | _NTH_DAYS, _PLACES),
    st.tuples(st.just("FREQ=YEARLY"), _MONTHS, _MONTH_DAYS, _PLAIN_DAYS | _NTH_DAYS),
).flatmap(
    lambda parts: st.tuples(st.just("".join(parts)), _TIMES, st.integers(1, 5)).map(
        lambda each: f"{each[0]}{''.join(each[1])};INTERVAL={each[2]}"
    )
)
starts = st.datetimes(local("9995-01-01"), local("9998-06-30")).map(
    lambda moment: moment.replace(microsecond=0)
)
"""The calendar there is the same, and `dateutil`, which looks until the year 9999, has not far to go."""


@given(rules, starts, st.none() | st.integers(1, 30))
def test_uptime_kuma_3626_what_comes_again_is_what_dateutil_says_for_400_days(
    rule: str, start: datetime, count: int | None
) -> None:
    rule += f";COUNT={count}" if count else ""
    try:
        ours = parse(rule, starts=start)
    except NotARule as refused:
        assert "BYSETPOS" in str(refused)  # noqa: PT017
        return
    last = (start + timedelta(days=400)).replace(hour=23, minute=59, second=59)
    expected: list[datetime] = []
    with suppress(ValueError):  # "Year 10000 is out of range": it has arrived.
        for moment in rrulestr(rule, dtstart=start):
            if moment > last:
                break
            expected.append(moment)
    assert list(ours.between(start.date(), last.date())) == expected
    middle = start.date() + timedelta(days=200)
    later = [moment for moment in expected if moment.date() >= middle]
    assert list(ours.between(middle, last.date())) == later, "wherever one begins to look"


@pytest.mark.parametrize(
    "zone, spring, autumn",
    [
        (BERLIN, date(2026, 3, 29), date(2026, 10, 25)),
        (NEW_YORK, date(2026, 3, 8), date(2026, 11, 1)),
    ],
)
def test_uptime_kuma_6233_3626_every_day_for_400_days_it_begins_when_the_clock_on_the_wall_says_so(
    zone: ZoneInfo, spring: date, autumn: date
) -> None:
    nightly = plan("2026-01-01T03:30:00", "FREQ=DAILY", zone=zone)
    at = in_utc(local("2026-01-01"), zone)
    days = []
    for _ in range(400):
        window = nightly.current_or_next(at=at)
        assert window is not None
        here = window.starts_at.astimezone(zone)
        assert (here.hour, here.minute) == (3, 30), here
        assert window.ends_at - window.starts_at == timedelta(hours=1)
        days.append(here.date())
        at = window.ends_at
    assert days == [date(2026, 1, 1) + timedelta(days=number) for number in range(400)]
    assert {spring, autumn} <= set(days)


@pytest.mark.parametrize(
    "zone, wall, starts_at",
    [
        # The clock goes from 2 to 3: there is no half past two, but half past two by the old time is half past three.
        (BERLIN, "2026-03-29T02:30:00", "2026-03-29T01:30"),
        (NEW_YORK, "2026-03-08T02:30:00", "2026-03-08T07:30"),
        # The clock goes from 3 back to 2, and in New York from 2 to 1: the first of the two.
        (BERLIN, "2026-10-25T02:30:00", "2026-10-25T00:30"),
        (NEW_YORK, "2026-11-01T01:30:00", "2026-11-01T05:30"),
        # The other day it is an hour as any other.
        (BERLIN, "2026-03-30T02:30:00", "2026-03-30T00:30"),
        (NEW_YORK, "2026-11-02T01:30:00", "2026-11-02T06:30"),
    ],
)
@pytest.mark.parametrize("rule", [None, "FREQ=DAILY"])
def test_uptime_kuma_6233_an_hour_that_is_left_out_or_comes_twice(
    zone: ZoneInfo, wall: str, starts_at: str, rule: str | None
) -> None:
    start = local(wall) - (timedelta(days=3) if rule else timedelta())
    once = plan(start.isoformat(), rule, zone=zone, minutes=90)
    at = utc(starts_at) - timedelta(minutes=1)
    expected = Window(utc(starts_at), utc(starts_at) + timedelta(minutes=90))
    assert once.current_or_next(at=at) == expected


@pytest.mark.parametrize(
    "zone, wall, rule, starts_at",
    [
        # Two and three are the same moment.
        (BERLIN, "2026-03-29T02:00", "BYHOUR=2,3;BYMINUTE=0,30", ["2026-03-29T01:00", "2026-03-29T01:30"]),
        # From 2:00 to 2:30: what would be 2:20 is 2:50, and comes after 2:30.
        (LORD_HOWE, "2026-10-04T02:20", "BYHOUR=2;BYMINUTE=20,30", ["2026-10-03T15:30", "2026-10-03T15:50"]),
    ],
    ids=["an hour", "half an hour"],
)
def test_what_the_clock_leaps_over_comes_in_order_and_once(
    zone: ZoneInfo, wall: str, rule: str, starts_at: list[str]
) -> None:
    twice = plan(wall, f"FREQ=DAILY;{rule}", zone=zone, minutes=5)
    at = utc(starts_at[0]) - timedelta(minutes=1)
    found = list(islice(twice.windows(at=at), 3))
    assert [window.starts_at for window in found[:2]] == [utc(each) for each in starts_at]
    assert found[2].starts_at.astimezone(zone).date() == local(wall).date() + timedelta(days=1)
    assert twice.current_or_next(at=at) == found[0]


@given(
    zone=st.sampled_from(ZONES),
    day=st.sampled_from([date(2026, 3, 8), date(2026, 3, 29), date(2026, 4, 5), date(2026, 10, 4)])
    | st.sampled_from([date(2026, 10, 25), date(2026, 11, 1), date(2026, 6, 1)]),
    hours=st.sets(st.integers(0, 23), min_size=1, max_size=6),
    minutes=st.sets(st.integers(0, 59), min_size=1, max_size=6),
    length=st.integers(1, 200),
)
def test_in_every_zone_windows_come_in_order_and_once_and_none_is_missing(
    zone: ZoneInfo, day: date, hours: set[int], minutes: set[int], length: int
) -> None:
    first = day - timedelta(days=1)
    rule = f"FREQ=DAILY;BYHOUR={','.join(map(str, hours))};BYMINUTE={','.join(map(str, minutes))}"
    often = plan(f"{first}T00:00:00", rule, zone=zone, minutes=length)
    at = in_utc(local(str(first)), zone)
    walls = [
        datetime.combine(first + timedelta(days=number), time_of_day(hour, minute))
        for number in range(3)
        for hour in hours
        for minute in minutes
    ]
    expected = sorted({in_utc(wall, zone) for wall in walls})
    found = [window.starts_at for window in islice(often.windows(at=at), len(expected))]
    assert found == expected
    now = often.current_or_next(at=at)
    assert now is not None
    assert now.starts_at == expected[0]


@pytest.mark.parametrize(
    "rule, expected",
    [
        ("FREQ=MONTHLY;BYDAY=2TU", ["2026-02-10", "2026-03-10", "2026-04-14"]),
        ("FREQ=MONTHLY;BYDAY=-1SU", ["2026-02-22", "2026-03-29", "2026-04-26"]),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", ["2026-02-28", "2026-03-31", "2026-04-30"]),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", ["2026-02-27", "2026-03-31", "2026-04-30"]),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR", ["2026-02-09", "2026-02-13", "2026-02-23"]),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", ["2028-02-29", "2032-02-29"]),
        ("FREQ=DAILY;COUNT=2", ["2026-02-01", "2026-02-02"]),
        ("FREQ=DAILY;UNTIL=20260203", ["2026-02-01", "2026-02-02", "2026-02-03"]),
        ("RRULE:FREQ=DAILY;UNTIL=20260202T090000", ["2026-02-01"]),
    ],
)
def test_rules_as_people_mean_them(rule: str, expected: list[str]) -> None:
    start = local("2026-02-01T10:00")
    found = parse(rule, starts=start).between(start.date(), date(2033, 1, 1))
    assert [moment.date().isoformat() for moment, _ in zip(found, expected, strict=False)] == expected


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=SECONDLY",
        "FREQ=MINUTELY",
        "FREQ=HOURLY",
        "FREQ=DAILY;BYSECOND=1",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY;INTERVAL=10000",
        "FREQ=DAILY;COUNT=100000000000000000000",
        "FREQ=DAILY;COUNT=-1",
        "FREQ=DAILY;COUNT=1;UNTIL=20270101",
        "FREQ=DAILY;UNTIL=20270101T000000Z",
        "FREQ=DAILY;UNTIL=20271301",
        "FREQ=DAILY;FREQ=DAILY",
        "FREQ=DAILY;BYHOUR=24",
        "FREQ=DAILY;BYHOUR=",
        "FREQ=DAILY;BYHOUR=१",
        "FREQ=MONTHLY;BYMONTHDAY=0",
        "FREQ=MONTHLY;BYDAY=0MO",
        "FREQ=MONTHLY;BYDAY=XX",
        "FREQ=WEEKLY;BYDAY=2MO",
        "FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO",
        "FREQ=DAILY;WKST=XX",
        f"FREQ=DAILY;BYMINUTE={','.join(map(str, range(60)))}",
        "FREQ=DAILY;BYMONTH=" + ",".join(["1"] * 200),
        "",
        "every day",
    ],
)
def test_what_is_no_rule_here_is_refused_in_words(rule: str) -> None:
    with pytest.raises(NotARule) as refused:
        parse(rule, starts=local("2026-01-01"))
    assert not rule or rule not in str(refused.value)


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=DAILY;INTERVAL=7;BYDAY=MO",
        "FREQ=MONTHLY;INTERVAL=12;BYMONTH=2;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=31",
        "FREQ=YEARLY;INTERVAL=400;BYMONTH=2;BYMONTHDAY=30;COUNT=500",
        "FREQ=DAILY;INTERVAL=399;BYMONTHDAY=31;BYMONTH=2;COUNT=500",
    ],
)
def test_a_rule_that_never_comes_costs_next_to_nothing(rule: str) -> None:
    """`dateutil` looks for seconds for the first of them."""
    never = plan("2026-01-06T10:00:00", rule)
    began = time.process_time()
    assert never.current_or_next(at=utc("2026-06-01")) is None
    assert time.process_time() - began < 0.5


def test_what_touches_or_overlaps_is_one_time_of_maintenance() -> None:
    hours = plan("2026-01-01T00:00:00", "FREQ=DAILY;BYHOUR=1,2,3;COUNT=3")
    assert hours.current_or_next(at=utc("2026-01-01")) == Window(utc("2026-01-01"), utc("2026-01-01T03:00"))
    always = plan("2026-01-01T00:00:00", "FREQ=DAILY", minutes=24 * 60 + 1)
    window = always.current_or_next(at=utc("2026-06-01"))
    assert window is not None
    assert window.starts_at <= utc("2026-06-01") < window.ends_at <= utc("2026-08-01")


def test_what_was_ended_early_is_over_and_comes_again_the_next_time() -> None:
    nightly = plan("2026-01-01T03:00:00", "FREQ=DAILY")
    running = utc("2026-01-05T02:15")
    cut = Plan(nightly.starts, BERLIN, nightly.duration, nightly.recurrence, cut_at=running)
    assert nightly.current_or_next(at=running) == Window(utc("2026-01-05T02:00"), utc("2026-01-05T03:00"))
    assert cut.current_or_next(at=running) == Window(utc("2026-01-06T02:00"), utc("2026-01-06T03:00"))
    assert plan("2026-01-01T03:00:00", None).current_or_next(at=utc("2026-01-01T03:00")) is None


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Pacific/Apia", "Pacific/Kiritimati"])
@given(offset=st.integers(0, 400 * 24 * 60))
def test_at_any_minute_the_window_is_the_first_that_is_not_over(zone: str, offset: int) -> None:
    weekly = plan("2026-01-02T22:15:00", "FREQ=WEEKLY;BYDAY=FR,SU", zone=ZoneInfo(zone), minutes=300)
    at = utc("2026-01-01") + timedelta(minutes=offset)
    window = weekly.current_or_next(at=at)
    assert window is not None
    assert window.ends_at > at
    starts = [
        in_utc(local("2026-01-02T22:15") + timedelta(days=7 * week + day), ZoneInfo(zone))
        for week in range(70)
        for day in (0, 2)
    ]
    assert window.starts_at == next(each for each in starts if each + timedelta(minutes=300) > at)
