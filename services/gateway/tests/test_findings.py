"""What is the matter beside the services, in words and with what to do."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from medianest_common.contracts.keeping import (
    Backup,
    BackupFailure,
    BackupPlace,
    Backups,
    BackupSchedule,
    BackupState,
)
from medianest_common.contracts.youtube.tools import YtDlpReport
from medianest_common.settings import Settings
from medianest_gateway.findings import of_backups, of_the_bus, of_ytdlp

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)


def _backups(
    *hours: float, reachable: bool = True, daily: bool = True, failed: bool = False, for_days: int = 1
) -> Backups:
    next_at = NOW + timedelta(hours=15) if daily else None
    schedule = BackupSchedule(at="03:30", next_at=next_at, keep_daily=7 if daily else 0, keep_weekly=4)
    place = BackupPlace(
        folder="/mnt/usb",
        reachable=reachable,
        free_bytes=1,
        encrypts=False,
        schedule=schedule,
        since=NOW - timedelta(days=for_days),
    )
    items = [
        Backup(
            name=f"{old}",
            taken_at=NOW - timedelta(hours=old),
            bytes=1,
            encrypted=False,
            state=BackupState.WHOLE,
            origin=None,
            seconds=None,
            rows=None,
            version=None,
        )
        for old in hours
    ]
    failure = BackupFailure(at=NOW, text="The disk is full.") if failed else None
    return Backups(place=place, under_way=None, last_failure=failure, items=items)


def _damaged(backups: Backups) -> Backups:
    items = [each.model_copy(update={"state": BackupState.DAMAGED}) for each in backups.items]
    return backups.model_copy(update={"items": items})


@pytest.mark.parametrize(
    "backups, codes",
    [
        (Backups(place=None, under_way=None, last_failure=None, items=[]), ["backups_not_kept"]),
        (_backups(8, 32), []),
        (_backups(), []),
        (_backups(for_days=2), ["backup_missing"]),
        (_backups(for_days=2, daily=False), []),
        (_damaged(_backups(8, for_days=2)), ["backup_missing"]),
        (_backups(60, 90), ["backup_old"]),
        (_backups(60, daily=False), []),
        (_backups(8, failed=True), ["backup_failed"]),
        (_backups(reachable=False), ["backup_folder_away"]),
    ],
    ids=[
        "nobody",
        "of this night",
        "none yet",
        "none for days",
        "none wanted",
        "damaged",
        "too old",
        "only by hand",
        "failed",
        "disk away",
    ],
)
def test_of_backups(backups: Backups, codes: list[str]) -> None:
    found = of_backups(backups, now=NOW)
    assert [each.code for each in found] == codes
    assert all(each.text and each.advice for each in found)


def test_of_an_old_ytdlp() -> None:
    old = YtDlpReport(version="2026.08.01", age_days=121, outdated=True, bundled=True)
    (found,) = of_ytdlp(old)
    assert (found.code, found.about, found.number) == ("ytdlp_old", "2026.08.01", 121)
    assert of_ytdlp(old.model_copy(update={"outdated": False, "age_days": 3})) == []


def test_of_a_bus_that_lets_everybody_in() -> None:
    def of(url: str, seeds: Path | None = None) -> list[str]:
        settings = Settings.model_construct(nats_url=url, nats_seeds_dir=seeds)
        return [each.code for each in of_the_bus(settings)]

    assert of("nats://nats:4222") == ["bus_open"]
    assert of("nats://user:secret@nats:4222") == []
    assert of("nats://nats:4222", Path("/run/bus")) == []
