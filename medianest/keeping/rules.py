"""When a backup is due, and which of the old ones stay."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta, tzinfo
from pathlib import Path

from medianest.keeping.drafts import remove_abandoned
from medianest.keeping.folder import backups_in, remove, remove_stray_records
from medianest.keeping.settings import KeepingSettings

_AFTER_START = timedelta(minutes=10)
"""What was missed while the machine was off is made up for, but not while everything starts."""


def is_due(settings: KeepingSettings, *, last: datetime | None, started: datetime, now: datetime) -> bool:
    """Once after each time of the day that the settings name, and soon after the start where that was missed."""
    if not settings.backup_keep_daily:
        return False
    slot = latest_slot(settings, now=now)
    is_missing = last is None or last < slot
    return is_missing and (slot > started or now - started >= _AFTER_START)


def latest_slot(settings: KeepingSettings, *, now: datetime) -> datetime:
    """When the one that should be the newest was due."""
    here = now.astimezone()
    today = _slot_of(settings, here)
    return today if today <= here else _slot_of(settings, here - timedelta(days=1))


def next_slot(settings: KeepingSettings, *, now: datetime) -> datetime | None:
    """None where none is made by itself."""
    if not settings.backup_keep_daily:
        return None
    here = now.astimezone()
    today = _slot_of(settings, here)
    return today if today > here else _slot_of(settings, here + timedelta(days=1))


def _slot_of(settings: KeepingSettings, day: datetime) -> datetime:
    at = settings.backup_at
    # Without its zone first: the hours of a day on which clocks are changed are not those of the day before.
    return day.replace(hour=at.hour, minute=at.minute, second=0, microsecond=0, tzinfo=None).astimezone()


def superfluous(
    moments: Iterable[datetime], *, daily: int, weekly: int, zone: tzinfo | None = None
) -> list[datetime]:
    """All but the newest of each of the last days and weeks in which there is one. The newest of all always stays."""
    ordered = sorted(moments, reverse=True)
    local = {moment: moment.astimezone(zone) for moment in ordered}
    kept = set(ordered[:1])
    for number, names in (
        (daily, {m: f"{local[m]:%Y%m%d}" for m in ordered}),
        (weekly, {m: f"{local[m]:%G-%V}" for m in ordered}),
    ):
        seen: dict[str, datetime] = {}
        for moment in ordered:
            seen.setdefault(names[moment], moment)
        kept.update(list(seen.values())[:number])
    return [moment for moment in ordered if moment not in kept]


def prune(settings: KeepingSettings) -> Sequence[Path]:
    """Only what bears a name as we give it, and drafts that nobody writes any more. Returns which backups have gone."""
    files = backups_in(settings.folder)
    going = set(
        superfluous(
            (at for at, _ in files),
            daily=max(settings.backup_keep_daily, 1),
            weekly=settings.backup_keep_weekly,
        )
    )
    gone = [file for at, file in files if at in going]
    for file in gone:
        remove(file)
    remove_abandoned(settings.folder)
    remove_stray_records(settings.folder)
    return gone
