"""When a backup is due, and which of the old ones stay."""

import asyncio
import os
from collections.abc import Collection
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import REGISTRY

from medianest import registry
from medianest.doctor_backups import backups
from medianest.errors import Refused
from medianest.keeping.commands import backup
from medianest.keeping.drafts import Draft
from medianest.keeping.folder import backups_in
from medianest.keeping.rules import is_due, prune, superfluous
from medianest.keeping.schedule import every_day, looked_after
from medianest.keeping.settings import KeepingSettings
from medianest.testing import eventually
from medianest_common.clock import SystemClock
from medianest_common.settings import load

NOW = datetime(2026, 11, 30, 3, 31).astimezone()
AT = time(3, 30)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    "last, up_for, due",
    [
        (None, timedelta(minutes=5), True),
        (NOW - DAY, timedelta(days=3), True),
        (NOW - timedelta(seconds=30), timedelta(days=3), False),
        (None, timedelta(seconds=10), False),
        (NOW - 9 * DAY, timedelta(seconds=10), False),
    ],
    ids=["the first", "a day later", "just made", "only just installed", "only just switched on"],
)
def test_one_is_due_after_the_time_of_the_day(last: datetime | None, up_for: timedelta, due: bool) -> None:
    settings = load(KeepingSettings, backup_at=AT)
    assert is_due(settings, last=last, started=NOW - up_for, now=NOW) is due


def test_one_that_was_missed_is_made_up_for_a_while_after_the_start() -> None:
    settings = load(KeepingSettings, backup_at=AT)
    started = NOW + timedelta(hours=5)
    assert not is_due(settings, last=NOW - DAY, started=started, now=started + timedelta(minutes=9))
    assert is_due(settings, last=NOW - DAY, started=started, now=started + timedelta(minutes=11))


def test_the_first_is_made_on_a_machine_that_is_always_off_at_that_time() -> None:
    settings = load(KeepingSettings, backup_at=AT)
    started = NOW + timedelta(hours=5)
    assert not is_due(settings, last=None, started=started, now=started + timedelta(minutes=9))
    assert is_due(settings, last=None, started=started, now=started + timedelta(minutes=11))


def test_none_is_due_where_none_is_wanted() -> None:
    settings = load(KeepingSettings, backup_at=AT, backup_keep_daily=0)
    assert not is_due(settings, last=None, started=NOW - 9 * DAY, now=NOW)


def test_seven_days_and_four_weeks_are_kept() -> None:
    moments = [datetime(2026, 11, 30, 3, 30, tzinfo=UTC) - number * DAY for number in range(60)]
    going = superfluous(moments, daily=7, weekly=4, zone=UTC)
    kept = [moment.date().isoformat() for moment in moments if moment not in going]
    assert kept == [
        *(f"2026-11-{day}" for day in (30, 29, 28, 27, 26, 25, 24)),
        *("2026-11-22", "2026-11-15"),
    ]


@given(st.sets(st.integers(0, 9_000), min_size=1, max_size=60), st.integers(0, 9))
def test_the_newest_always_stays_and_what_stays_once_stays_again(hours: set[int], daily: int) -> None:
    moments = {datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=each) for each in hours}
    going = set(superfluous(moments, daily=daily, weekly=2, zone=UTC))
    assert max(moments) not in going
    assert superfluous(moments - going, daily=daily, weekly=2, zone=UTC) == []


def test_only_files_of_ours_are_removed(tmp_path: Path) -> None:
    """And drafts of ours whose writer was killed: all keys are in them."""
    (tmp_path / ".medianest-20260101T033000Z.tar.gz.part").write_bytes(b"half")
    names = [f"medianest-2026{month:02}01T033000Z.tar.gz" for month in range(1, 12)]
    others = [
        "medianest-by-hand.tar.gz",
        "medianest-20261399T033000Z.tar.gz",
        "photos.tar.gz",
        "medianest-20250101T033000Z.tar.gz.part",
    ]
    for name in (*names, *others):
        (tmp_path / name).touch()
    settings = load(KeepingSettings, backup_dir=tmp_path, backup_keep_daily=2, backup_keep_weekly=3)
    with Draft(tmp_path / "medianest-20261130T033000Z.tar.gz"):
        gone = {file.name for file in prune(settings)}
        assert len(list(tmp_path.glob(".*.part"))) == 1, "somebody writes it just now"
    assert gone == set(names[:-3])
    assert {file.name for file in tmp_path.iterdir()} == {*names[-3:], *others}
    assert backups_in(tmp_path)[0][0] == datetime(2026, 11, 1, 3, 30, tzinfo=UTC)
    assert backups_in(tmp_path / "nowhere") == []


async def test_it_goes_on_when_the_folder_cannot_be_looked_into(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    settings = load(KeepingSettings, backup_dir=tmp_path / "file", backup_keep_daily=1)
    work = asyncio.create_task(every_day(settings, clock=SystemClock()))
    _, pending = await asyncio.wait({work}, timeout=1)
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)
    assert pending


@pytest.mark.parametrize(
    "services, is_told", [(registry.ALL, True), (("gateway",), False)], ids=["all", "one"]
)
async def test_prometheus_is_told_only_where_backups_are_made(
    services: Collection[str], is_told: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MEDIANEST_DATA_DIR", str(tmp_path))
    (tmp_path / "backups").mkdir()
    (tmp_path / "backups" / f"medianest-{SystemClock().now():%Y%m%dT%H%M%SZ}.tar.gz").touch()

    async def seen() -> bool:
        return (REGISTRY.get_sample_value("medianest_backup_last_success_timestamp_seconds") or 0) > 0

    async with looked_after(tuple(services), clock=SystemClock(), is_part=False):
        if is_told:
            await eventually(seen)
        else:
            assert not await seen()
    assert not await seen()


def test_a_folder_that_was_named_is_not_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its disk may not be mounted."""
    monkeypatch.setenv("MEDIANEST_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("MEDIANEST_BACKUP_DIR", str(tmp_path / "disk" / "backups"))
    with pytest.raises(Refused, match="Look whether its disk is mounted"):
        backup()
    assert not (tmp_path / "disk").exists()


async def test_the_doctor_complains_of_none_where_there_should_be_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MEDIANEST_DATA_DIR", str(tmp_path))
    assert (await backups(SystemClock())).fine
    made = tmp_path / "secrets" / "keyring"
    made.parent.mkdir()
    made.touch()
    assert (await backups(SystemClock())).fine
    before = (SystemClock().now() - 2 * DAY).timestamp()
    os.utime(made, (before, before))
    assert not (await backups(SystemClock())).fine
