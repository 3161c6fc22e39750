"""Whoever makes backups: one every day by itself, and others when an administrator asks."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import structlog
from prometheus_client import REGISTRY, Gauge

from medianest import registry
from medianest.keeping.folder import backups_in
from medianest.keeping.rules import is_due, latest_slot
from medianest.keeping.settings import KeepingSettings, read_keeping
from medianest_common.clock import Clock

if TYPE_CHECKING:
    from medianest.keeping.keeper import Keeper

log = structlog.get_logger()

LAST_SUCCESS = Gauge(
    "medianest_backup_last_success_timestamp_seconds",
    "When the newest backup in the folder of backups was taken; 0 where there is none.",
    registry=None,
)
"""Told only where backups are made by themselves: elsewhere the folder is another one, or none."""
_LOOK_SECONDS = 30.0
_AFTER_FAILURE = timedelta(hours=1)
_FOLDER_SECONDS = 60.0


@asynccontextmanager
async def looked_after(names: Collection[str], *, clock: Clock, is_part: bool) -> AsyncIterator[None]:
    """Where all services run, one is made every day, administrators may ask for others, and Prometheus is told how old
    the newest is. `is_part` is a process that was started by that of all. Raises `SettingsError` before any service
    starts."""
    settings = read_keeping()
    makes_them = set(names) == set(registry.ALL) and not is_part
    tells = (makes_them or (is_part and "gateway" in names)) and settings.backup_keep_daily > 0
    async with AsyncExitStack() as stack:
        if makes_them:
            await stack.enter_async_context(_keeping(settings, clock=clock))
        elif tells:
            await stack.enter_async_context(_in_background(_for_ever("telling", partial(_told, settings))))
        if tells:
            REGISTRY.register(LAST_SUCCESS)
            stack.callback(REGISTRY.unregister, LAST_SUCCESS)
        yield


async def every_day(settings: KeepingSettings, *, clock: Clock) -> None:
    """Until it is cancelled, which ends a backup that is being made as well."""
    async with _keeping(settings, clock=clock):
        await asyncio.Event().wait()


@asynccontextmanager
async def _keeping(settings: KeepingSettings, *, clock: Clock) -> AsyncIterator[None]:
    # The servers are started before all that this needs has been read.
    from medianest.keeping.answering import answering_questions
    from medianest.keeping.keeper import Keeper

    async with (
        Keeper(settings, clock=clock) as keeper,
        _in_background(_for_ever("answering", partial(answering_questions, keeper, settings, clock=clock))),
        _in_background(_for_ever("making", partial(_by_the_clock, keeper, settings, clock=clock))),
    ):
        yield


async def _for_ever(what: str, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """What breaks for a reason that nobody has thought of is in the log, and begins anew."""
    while True:
        try:
            await work()
        except Exception:
            log.exception("keeping_broke", what=what)
        await asyncio.sleep(_LOOK_SECONDS)


async def _by_the_clock(keeper: "Keeper", settings: KeepingSettings, *, clock: Clock) -> None:
    from medianest_common.contracts.keeping import BackupOrigin

    started, failed = clock.now(), None
    newest = _Newest(settings.folder)
    while True:
        # Where the folder cannot be seen, one is tried all the same, so that its failure is told.
        last = await newest.look()
        now = clock.now()
        is_resting = failed is not None and now - failed < _AFTER_FAILURE
        if not is_resting and not keeper.is_at_work and is_due(settings, last=last, started=started, now=now):
            made = await keeper.make(BackupOrigin.SCHEDULE, since=latest_slot(settings, now=now))
            failed = None if made else clock.now()
        await asyncio.sleep(_LOOK_SECONDS)


async def _told(settings: KeepingSettings) -> None:
    newest = _Newest(settings.folder)
    while True:
        await newest.look()
        await asyncio.sleep(_LOOK_SECONDS)


@asynccontextmanager
async def _in_background(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


class _Newest:
    """Looked for beside all else: a disk that has gone away may keep whoever asks waiting."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._at: datetime | None = None
        self._is_seen = True

    async def look(self) -> datetime | None:
        try:
            async with asyncio.timeout(_FOLDER_SECONDS):
                found = await asyncio.to_thread(backups_in, self._folder)
        except OSError as error:
            if self._is_seen:
                log.error("backups_not_seen", folder=str(self._folder), error=str(error) or "no answer")
            self._is_seen = False
            return self._at
        self._is_seen = True
        self._at = found[0][0] if found else None
        LAST_SUCCESS.set(self._at.timestamp() if self._at else 0)
        return self._at
