"""Makes backups one after the other, and knows those that are there."""

import asyncio
import shutil
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from datetime import datetime
from types import TracebackType
from typing import Self

import structlog

from medianest.keeping.folder import backups_in, described, installed_at, piece_of, remove
from medianest.keeping.making import made
from medianest.keeping.progress import Progress
from medianest.keeping.rules import next_slot
from medianest.keeping.settings import KeepingSettings
from medianest_common.clock import Clock
from medianest_common.contracts.keeping import (
    Backup,
    BackupFailure,
    BackupOrigin,
    BackupPlace,
    Backups,
    BackupSchedule,
    BackupState,
    BackupUnderWay,
)
from medianest_common.errors import Conflict, NotFound, Unavailable

log = structlog.get_logger()

PIECE = 512 << 10
"""Of a backup on its way to a browser: half of what the bus takes at once."""
_FOLDER_SECONDS = 4.0


class BackupRunning(Conflict):
    title = "A backup is being made already"


class BackupUnknown(NotFound):
    title = "There is no such backup"


class BackupFolderAway(Unavailable):
    title = "The folder of backups cannot be used"


class Keeper:
    """What it is asked while the disk of the backups is away it answers without them, and soon."""

    def __init__(self, settings: KeepingSettings, *, clock: Clock) -> None:
        self._settings = settings
        self.clock = clock
        self._since = installed_at(settings.data_dir) or clock.now()
        self._under_way: BackupUnderWay | None = None
        self._failure: BackupFailure | None = None
        self._begun: asyncio.Task[bool] | None = None
        self._looking: asyncio.Task[tuple[list[Backup], int | None]] | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._begun is not None:
            self._begun.cancel()
            await asyncio.gather(self._begun, return_exceptions=True)

    def is_kept_since(self, moment: datetime) -> None:
        """At the latest; what is known already may be earlier."""
        self._since = min(self._since, moment)

    @property
    def is_at_work(self) -> bool:
        return self._under_way is not None

    async def begin(self, origin: BackupOrigin, *, told: Callable[[], Awaitable[None]]) -> None:
        """Without waiting for it, once `told` has said that it will be made. Raises `BackupRunning`."""
        self._take_turn(origin)
        try:
            await told()
        except BaseException:
            self._under_way = None
            raise
        self._begun = asyncio.create_task(self._made(origin, since=None))

    async def make(self, origin: BackupOrigin, *, since: datetime | None = None) -> bool:
        """False where it failed. None is made where somebody else has made one `since`. Raises `BackupRunning`."""
        self._take_turn(origin)
        return await self._made(origin, since=since)

    async def read(self) -> Backups:
        items, free_bytes = await self._listed() or (None, None)
        return Backups(
            place=BackupPlace(
                folder=str(self._settings.folder),
                reachable=items is not None,
                free_bytes=free_bytes,
                encrypts=self._settings.passphrase is not None,
                schedule=BackupSchedule(
                    at=f"{self._settings.backup_at:%H:%M}",
                    next_at=next_slot(self._settings, now=self.clock.now()),
                    keep_daily=self._settings.backup_keep_daily,
                    keep_weekly=self._settings.backup_keep_weekly,
                ),
                since=self._since,
            ),
            under_way=self._under_way,
            last_failure=self._failure if _stands(self._failure, items or ()) else None,
            items=items or [],
        )

    async def find(self, name: str) -> Backup:
        """Only what is in the list has a name here, so none leads out of the folder."""
        found = await self._listed()
        if found is None:
            raise self._away()
        for each in found[0]:
            if each.name == name:
                return each
        raise BackupUnknown("It may have been removed meanwhile: look at the list again.")

    async def let_go(self, name: str) -> None:
        try:
            async with asyncio.timeout(_FOLDER_SECONDS):
                await asyncio.to_thread(remove, self._settings.folder / name)
        except OSError as error:
            log.warning("backup_not_removed", name=name, error=str(error) or "no answer")
            raise self._away() from None

    async def piece(self, name: str, start: int) -> bytes:
        await self.find(name)
        try:
            async with asyncio.timeout(_FOLDER_SECONDS):
                return await asyncio.to_thread(piece_of, self._settings.folder / name, start, PIECE)
        except OSError:
            raise self._away() from None

    def _away(self) -> BackupFolderAway:
        return BackupFolderAway("Look whether the disk of the backups is there, then try again.")

    def _take_turn(self, origin: BackupOrigin) -> None:
        if self._under_way is not None:
            raise BackupRunning("Wait until it is done.")
        self._under_way = BackupUnderWay(origin=origin, started_at=self.clock.now())

    async def _made(self, origin: BackupOrigin, *, since: datetime | None) -> bool:
        try:
            problem = await made(origin, since=since, tell=self._noted)
        finally:
            self._under_way = None
        self._failure = BackupFailure(at=self.clock.now(), text=problem) if problem else None
        if problem:
            log.error("backup_failed", said=problem)
            return False
        log.info("backup_taken", origin=origin)
        return True

    def _noted(self, progress: Progress) -> None:
        if self._under_way is not None:
            self._under_way = self._under_way.model_copy(update=progress.model_dump())

    async def _listed(self) -> tuple[list[Backup], int | None] | None:
        """With how many bytes are free; None while the folder cannot be looked into.

        A disk that hangs keeps one look waiting, and not many."""
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(asyncio.to_thread(self._list))
        await asyncio.wait({self._looking}, timeout=_FOLDER_SECONDS)
        if not self._looking.done() or self._looking.exception():
            return None
        return self._looking.result()

    def _list(self) -> tuple[list[Backup], int | None]:
        folder = self._settings.folder
        if self._settings.backup_dir is not None and not folder.is_dir():
            raise FileNotFoundError(folder)
        found = []
        for at, file in backups_in(folder):
            with suppress(FileNotFoundError):
                found.append(described(at, file))
        free_bytes = None
        with suppress(OSError):
            free_bytes = shutil.disk_usage(folder if folder.is_dir() else self._settings.data_dir).free
        return found, free_bytes


def _stands(failure: BackupFailure | None, items: Iterable[Backup]) -> bool:
    """Until a sound one is made after it, by whomever."""
    return failure is not None and not any(
        each.taken_at > failure.at and each.state is not BackupState.DAMAGED for each in items
    )
