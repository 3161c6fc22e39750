"""What is the matter beside the services: backups, what downloads are made with, and who may come to the bus."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from medianest_common.bus import Bus
from medianest_common.contracts.health.findings import FindingCode, FindingSeverity, InstallationFinding
from medianest_common.contracts.keeping import Backups, BackupState
from medianest_common.contracts.youtube.tools import GetTools, YtDlpReport
from medianest_common.errors import MediaNestError
from medianest_common.settings import Settings
from medianest_gateway.keeping import backups_of

_SECONDS = 4.0
_OLDEST_BACKUP = timedelta(hours=36)
"""One a day, and half a day for a machine that is off at night."""
_WHY_NONE = "Look for `backup_failed` in the log, or make one: at the page of the backups, or with `medianest backup`."


async def found_beside(bus: Bus, settings: Settings, *, now: datetime) -> list[InstallationFinding]:
    """Who does not answer is missed elsewhere, and hides nothing here."""
    backups, tools = await asyncio.gather(_of_backups(bus, now=now), _of_tools(bus))
    return [*backups, *tools, *of_the_bus(settings)]


async def _of_backups(bus: Bus, *, now: datetime) -> Sequence[InstallationFinding]:
    try:
        async with asyncio.timeout(_SECONDS):
            return of_backups(await backups_of(bus), now=now)
    except (MediaNestError, TimeoutError):
        return ()


async def _of_tools(bus: Bus) -> Sequence[InstallationFinding]:
    try:
        return of_ytdlp((await bus.call(GetTools(), timeout=_SECONDS)).yt_dlp)
    except MediaNestError:
        return ()


def of_backups(backups: Backups, *, now: datetime) -> list[InstallationFinding]:
    place, failure = backups.place, backups.last_failure
    if place is None:
        return [
            InstallationFinding(
                code=FindingCode.BACKUPS_NOT_KEPT,
                severity=FindingSeverity.WARNING,
                about="backups",
                text="Nobody makes backups here.",
                advice="Let `medianest run` run all services, or in containers start the profile `backup`.",
            )
        ]
    if not place.reachable:
        return [
            InstallationFinding(
                code=FindingCode.BACKUP_FOLDER_AWAY,
                severity=FindingSeverity.WARNING,
                about=place.folder,
                text=f"The folder of backups, {place.folder}, cannot be looked into.",
                advice="Look whether its disk is there.",
            )
        ]
    newest = next((each for each in backups.items if each.state is not BackupState.DAMAGED), None)
    is_daily = place.schedule.next_at is not None
    if is_daily and newest is None and place.since and now - place.since > _OLDEST_BACKUP:
        return [
            InstallationFinding(
                code=FindingCode.BACKUP_MISSING,
                severity=FindingSeverity.WARNING,
                about=place.folder,
                text=f"There is no sound backup in {place.folder}.",
                advice=_WHY_NONE,
            )
        ]
    if is_daily and newest and now - newest.taken_at > _OLDEST_BACKUP:
        days = (now - newest.taken_at) / timedelta(days=1)
        return [
            InstallationFinding(
                code=FindingCode.BACKUP_OLD,
                severity=FindingSeverity.WARNING,
                about=place.folder,
                number=round(days, 1),
                text=f"The newest backup in {place.folder} is {days:.1f} days old.",
                advice=_WHY_NONE,
            )
        ]
    if failure is None:
        return []
    return [
        InstallationFinding(
            code=FindingCode.BACKUP_FAILED,
            severity=FindingSeverity.WARNING,
            about=place.folder,
            text=f"The last backup failed: {failure.text}",
            advice="What it said is at the page of the backups; make one there once that is mended.",
        )
    ]


def of_ytdlp(report: YtDlpReport) -> list[InstallationFinding]:
    if not report.outdated:
        return []
    return [
        InstallationFinding(
            code=FindingCode.YTDLP_OLD,
            severity=FindingSeverity.WARNING,
            about=report.version,
            number=report.age_days,
            text=f"yt-dlp {report.version} is {report.age_days} days old: YouTube has changed since.",
            advice="Bring it up to date at the queue of YouTube, or with `medianest admin update-ytdlp`.",
        )
    ]


def of_the_bus(settings: Settings) -> list[InstallationFinding]:
    if settings.nats_seeds_dir is not None or urlsplit(settings.nats_url).username:
        return []
    return [
        InstallationFinding(
            code=FindingCode.BUS_OPEN,
            severity=FindingSeverity.WARNING,
            about="NATS",
            text="NATS lets everybody in who reaches it, and they can do there what every service can.",
            advice="Make users with `medianest nats-users` and name their folder in MEDIANEST_NATS_SEEDS_DIR.",
        )
    ]
