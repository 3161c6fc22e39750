"""`medianest backup`: everything that cannot be had again, in one file, while people use the portal.

Three kinds of things have to fit together: what the services have stored, what waits in their outboxes, and what lies
on the bus and is not yet done. The first two are one snapshot of the database. For the third, a moment is looked for in
which nothing was published while the snapshot was taken; a few milliseconds are enough. What had been published by then
and what had been dealt with by then is then known exactly, the latter from the inboxes in the same snapshot.

Left out is what can be had again: Valkey, pictures, the videos themselves, and events that everybody has heard.
"""

import asyncio
import errno
import json
import os
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import dataclass, field
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from medianest import registry
from medianest.errors import MadeMeanwhile, Refused, SetupError
from medianest.installation import reachable
from medianest.keeping.archive import (
    CONFIGURATION,
    FORMAT,
    KEYRING,
    WAITING,
    About,
    Schema,
    Writer,
)
from medianest.keeping.drafts import Draft
from medianest.keeping.folder import backups_in
from medianest.keeping.migrations import unknown
from medianest.keeping.progress import Progress, Tell, tell_nobody
from medianest.keeping.tables import Databases, Snapshot, databases, write_schema
from medianest.keeping.waiting import lines_of
from medianest.operator_bus import operator_connection
from medianest_common.clock import Clock, SystemClock
from medianest_common.contracts.keeping import BackupStep
from medianest_common.settings import PREFIX, Settings

if TYPE_CHECKING:
    from medianest_common.bus.waiting import WaitingWork

_TRIES = 400
_APART_SECONDS = 0.02
_API_SECONDS = 10.0
_SPARE_BYTES = 32 << 20
_LEFT_IN_PLACE = (".lock", ".new")
"""Endings of files beside the secrets that are none."""

type Say = Callable[[str], None]


@dataclass(frozen=True)
class Taken:
    path: Path
    about: About
    bytes: int
    rows: int
    waiting: int
    seconds: float
    newer: dict[str, str] = field(default_factory=dict)
    """Services whose tables a newer version has brought to this migration: only one that has it can restore them."""


async def back_up(
    settings: Settings,
    target: Path,
    *,
    passphrase: str | None = None,
    clock: Clock | None = None,
    since: datetime | None = None,
    tell: Tell = tell_nobody,
) -> Taken:
    """Whole or not at all. Raises `SetupError` for what has to be mended, `BeingMade` where somebody makes
    one just now, and `MadeMeanwhile` where one was put into the folder `since`.

    A folder gets a file named for the moment."""
    clock = clock or SystemClock()
    began = clock.monotonic()
    async with reachable(settings) as present, _work_on_the_bus(present) as work:
        urls = _urls(present)
        async with databases(urls) as places:
            await places.claim()
            if since is not None and any(at >= since for at, _ in backups_in(target)):
                raise MadeMeanwhile("One was made meanwhile.")
            heads = {service: await places.head_of(service) for service in urls}
            about = About(format=FORMAT, version=version("medianest"), taken_at=clock.now(), heads=heads)
            path = _named(target, about, encrypted=passphrase is not None)
            _ensure_room(path.parent, sum([await places.bytes_of(service) for service in urls]))
            with Draft(path) as draft:
                try:
                    writer = Writer(draft.file, about=about, passphrase=passphrase)
                    with closing(writer):
                        async with _quiet_moment(places, work) as (snapshot, last):
                            schemas, waiting = await _write(
                                writer, present, snapshot, work, last, heads=heads, tell=tell
                            )
                        tell(Progress(step=BackupStep.FINISHING, done=len(urls), total=len(urls)))
                        writer.finish(schemas, waiting=waiting)
                    size = draft.keep()
                except OSError as error:
                    raise _not_written(path, error) from error
    rows = sum(table.rows for schema in schemas for table in schema.tables)
    return Taken(
        path=path,
        about=about,
        bytes=size,
        rows=rows,
        waiting=waiting,
        seconds=clock.monotonic() - began,
        newer=unknown(heads),
    )


async def _write(
    writer: Writer,
    settings: Settings,
    snapshot: Snapshot,
    work: "WaitingWork",
    last: dict[str, int],
    *,
    heads: dict[str, str],
    tell: Tell,
) -> tuple[tuple[Schema, ...], int]:
    for name, data in _small_files(settings).items():
        writer.add(name, data)
    # Before the tables: the bus forgets, in time, what the snapshot holds on to.
    lines = [json.dumps(line) async for line in lines_of(snapshot, work, last)]
    if lines:
        writer.add(WAITING, "".join(f"{line}\n" for line in lines).encode())
    schemas = []
    for done, service in enumerate(snapshot.urls):
        tell(Progress(step=BackupStep.WRITING, done=done, total=len(snapshot.urls)))
        schemas.append(await write_schema(writer, snapshot, service, head=heads[service]))
    return tuple(schemas), len(lines)


@asynccontextmanager
async def _quiet_moment(
    places: Databases, work: "WaitingWork"
) -> AsyncIterator[tuple[Snapshot, dict[str, int]]]:
    """A snapshot during which nothing was published: so all that it does not hold in an outbox was published before,
    and nothing on the bus speaks of what it does not know."""
    from medianest_common.errors import Unavailable

    try:
        for _ in range(_TRIES):
            await work.follow_jobs()
            await work.follow_dead_letters()
            await work.follow_readers()
            before = await work.last()
            if work.is_followed(before):
                async with places.snapshot() as snapshot:
                    if await work.last() == before:
                        yield snapshot, before
                        return
            await asyncio.sleep(_APART_SECONDS)
    except Unavailable as error:
        raise SetupError(f"The bus could not be read: {error.detail} Try again.") from error
    raise Refused("So much goes on that there was no quiet moment to begin in. Try again later.")


def _small_files(settings: Settings) -> dict[str, bytes]:
    """By their names in the archive. The keyring is there wherever it comes from: nothing sealed opens without it."""
    from medianest_common.lifecycle import load_keys

    folder = settings.data_dir / "secrets"
    found = {
        f"secrets/{path.relative_to(folder).as_posix()}": path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.startswith(".") and path.suffix not in _LEFT_IN_PLACE
    }
    configuration = Path(os.environ.get(f"{PREFIX}CONFIG", CONFIGURATION))
    if configuration.is_file():
        found[CONFIGURATION] = configuration.read_bytes()
    return found | {KEYRING: load_keys(settings).dump().encode()}


def _urls(settings: Settings) -> dict[str, str]:
    from medianest_common.db.migrate import with_tables
    from medianest_common.lifecycle import database_url_of, load_keys

    keys = load_keys(settings)
    return {
        service.name: database_url_of(service, settings, keys=keys)
        for service in with_tables(registry.services())
    }


@asynccontextmanager
async def _work_on_the_bus(settings: Settings) -> "AsyncIterator[WaitingWork]":
    import nats.errors

    from medianest_common.bus.waiting import WaitingWork
    from medianest_common.lifecycle import SERVICES

    async with AsyncExitStack() as stack:
        try:
            client = await stack.enter_async_context(operator_connection(settings))
        except (nats.errors.Error, OSError) as error:
            raise _without_nats(error) from None
        try:
            yield WaitingWork(client.jetstream(timeout=_API_SECONDS), services=SERVICES)
        except nats.errors.Error as error:
            raise _without_nats(error) from None


def _without_nats(error: Exception) -> SetupError:
    return SetupError(
        f"NATS does not answer ({type(error).__name__}), and what waits on it belongs to the backup. "
        "`medianest doctor` says what is wrong with it."
    )


def _named(target: Path, about: About, *, encrypted: bool) -> Path:
    path = target
    if target.is_dir():
        path = target / f"medianest-{about.taken_at:%Y%m%dT%H%M%SZ}.tar.gz{'.age' if encrypted else ''}"
    if path.exists():
        raise Refused(f"{path} is there already. Name another file, or a folder.")
    if not path.parent.is_dir():
        raise Refused(f"There is no folder {path.parent}.")
    return path.absolute()


def _ensure_room(folder: Path, tables: int) -> None:
    """Packed, the tables take a third of their size at most, and mostly a tenth."""
    needed, free = tables // 3 + _SPARE_BYTES, shutil.disk_usage(folder).free
    if free < needed:
        raise Refused(
            f"There are {free / 1e6:.0f} MB free in {folder}, and the backup may need {needed / 1e6:.0f} MB. Free some "
            "space, or name another folder."
        )


def _not_written(path: Path, error: OSError) -> Exception:
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EACCES, errno.EROFS, errno.EIO):
        return SetupError(f"{path} could not be written: {error.strerror}. Nothing of it was left behind.")
    return error
