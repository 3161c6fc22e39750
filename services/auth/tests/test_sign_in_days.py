"""On which day somebody signed in, by the clock on their wall."""

import zoneinfo
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from zoneinfo import TZPATH, ZoneInfo

import pytest

from medianest_common.contracts import auth
from medianest_common.contracts.auth.history import GetActivity
from services.auth.tests.conftest import Household

DAYS = 40
_OFTEN = """
    insert into sign_ins
    select (jsonb_populate_record(s, jsonb_build_object(
        'id', gen_random_uuid(), 'at', s.at - number * interval '47 minutes'))).*
    from sign_ins s, generate_series(1, 1200) number
"""


async def somebody_after_the_clocks_were_changed(house: Household) -> auth.SignedIn:
    """In the northern half of the world; who has signed in every 47 minutes for 39 days."""
    now = house.clock.now()
    house.clock.advance((datetime(now.year + 1, 11, 10, 12, tzinfo=UTC) - now).total_seconds())
    owner = await house.set_up()
    await house.change(_OFTEN)
    return owner


async def days_of(house: Household, zone: ZoneInfo) -> Counter[str]:
    moments = [at.astimezone(zone) for (at,) in await house.rows("select at from sign_ins")]
    return Counter(moment.date().isoformat() for moment in moments)


@pytest.mark.parametrize(
    "zone", ["Europe/Berlin", "America/St_Johns", "Asia/Kathmandu", "Pacific/Apia", "America/Los_Angeles"]
)
async def test_each_sign_in_is_on_one_day_also_where_a_day_has_25_hours(house: Household, zone: str) -> None:
    owner = await somebody_after_the_clocks_were_changed(house)
    await house.change("update users set time_zone = :zone", zone=zone)
    found = await house.call_as(owner, GetActivity(days=DAYS + 2))
    assert found.time_zone == zone
    counted = {day.from_day.isoformat(): day.signed_in for day in found.per_day}
    assert {day: count for day, count in counted.items() if count} == await days_of(house, ZoneInfo(zone))
    assert sum(week.signed_in for week in found.per_week) == 1201


@pytest.fixture
def new_zone(tmp_path: Path) -> Iterator[str]:
    """One that the machine has learned of, and PostgreSQL has not."""
    (tmp_path / "Europe").mkdir()
    known = files("tzdata") / "zoneinfo" / "America" / "St_Johns"
    (tmp_path / "Europe" / "Newtown").write_bytes(known.read_bytes())
    zoneinfo.reset_tzpath(to=[str(tmp_path), *TZPATH])
    yield "Europe/Newtown"
    zoneinfo.reset_tzpath()


async def test_a_zone_that_only_this_machine_knows_is_as_good_as_any(house: Household, new_zone: str) -> None:
    owner = await somebody_after_the_clocks_were_changed(house)
    await house.change("update users set time_zone = :zone", zone=new_zone)
    found = await house.call_as(owner, GetActivity(days=DAYS + 2))
    assert found.time_zone == new_zone
    counted = {day.from_day.isoformat(): day.signed_in for day in found.per_day if day.signed_in}
    assert counted == await days_of(house, ZoneInfo("America/St_Johns"))
