"""Backups where the clocks of a machine are put forward or back, and in zones that are odd hours away."""

import os
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from datetime import time as time_of_day
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medianest.keeping.rules import is_due, latest_slot, next_slot
from medianest.keeping.settings import KeepingSettings
from medianest_common.settings import load

ZONES = [
    "Europe/Berlin",
    "America/St_Johns",
    "Australia/Lord_Howe",
    "Africa/Cairo",
    "Asia/Kathmandu",
    "Pacific/Apia",
    "UTC",
]
LEAPS = [
    datetime(2026, 3, 29, 1, tzinfo=UTC),
    datetime(2026, 10, 25, 1, tzinfo=UTC),
    datetime(2026, 3, 8, 5, 30, tzinfo=UTC),
    datetime(2026, 11, 1, 4, 30, tzinfo=UTC),
    datetime(2026, 4, 4, 15, tzinfo=UTC),
    datetime(2026, 10, 3, 15, 30, tzinfo=UTC),
    datetime(2026, 4, 23, 22, tzinfo=UTC),
]
moments = st.builds(
    lambda leap, minutes: leap + timedelta(minutes=minutes),
    st.sampled_from(LEAPS),
    st.integers(-1_500, 1_500),
)


@contextmanager
def machine_in(zone: str) -> Iterator[None]:
    before = os.environ.get("TZ")
    os.environ["TZ"] = zone
    time.tzset()
    try:
        yield
    finally:
        if before is None:
            del os.environ["TZ"]
        else:
            os.environ["TZ"] = before
        time.tzset()


@pytest.mark.parametrize("zone", ZONES)
@given(now=moments, at=st.times().map(lambda each: each.replace(second=0, microsecond=0)))
def test_now_lies_between_the_slot_of_one_day_and_that_of_the_next(
    zone: str, now: datetime, at: time_of_day
) -> None:
    settings = load(KeepingSettings, backup_at=at)
    with machine_in(zone):
        latest, following = latest_slot(settings, now=now), next_slot(settings, now=now)
    assert following is not None
    assert latest <= now < following
    here = [slot.astimezone(ZoneInfo(zone)) for slot in (latest, following)]
    assert here[1].date() - here[0].date() == timedelta(days=1)
    for shown in here:
        is_left_out = datetime.combine(shown, at, ZoneInfo(zone)).astimezone(UTC).astimezone(
            ZoneInfo(zone)
        ).timetz() != at.replace(tzinfo=ZoneInfo(zone))
        assert is_left_out or shown.time() == at


@pytest.mark.parametrize("at", ["01:30", "02:00", "02:30", "03:00"])
@pytest.mark.parametrize("day", [date(2026, 3, 29), date(2026, 10, 25)], ids=["forward", "back"])
def test_one_backup_a_day_is_made_when_the_clocks_are_changed(day: date, at: str) -> None:
    settings = load(KeepingSettings, backup_at=at)
    start = datetime.combine(day, time_of_day(), UTC) - timedelta(days=1, hours=12)
    made = [start]
    with machine_in("Europe/Berlin"):
        for minutes in range(0, 3 * 24 * 60, 5):
            now = start + timedelta(minutes=minutes)
            if is_due(settings, last=made[-1], started=start - timedelta(days=9), now=now):
                made.append(now)
    days = Counter(each.astimezone(ZoneInfo("Europe/Berlin")).date() for each in made[1:])
    assert days == Counter(day + timedelta(days=number) for number in (-1, 0, 1))
