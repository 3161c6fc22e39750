"""`medianest restore`: an installation as it was when the backup was taken, on a machine with nothing or beside what
is there.

First all of the file is read and checked. Then everything is made beside what is in use. Only at the end it takes its
place, and what was there is put aside. Whatever goes wrong before leaves everything as it was.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

from medianest import registry
from medianest.embedded import EmbeddedServers
from medianest.embedded.data_folder import FolderLock
from medianest.errors import Refused, SetupError
from medianest.keeping.archive import CONFIGURATION, KEYRING, WAITING, About, Archive, Contents
from medianest.keeping.keys import KeysOfBackup
from medianest.keeping.loading import Entries, load
from medianest.keeping.migrations import unknown
from medianest.keeping.placing import Place, finish
from medianest.keeping.target import DatabaseBeside, emptied_on_failure
from medianest.operator_bus import operator_connection
from medianest_common.clock import Clock, SystemClock
from medianest_common.settings import PREFIX, Settings

_API_SECONDS = 10.0
_NOT_STARTED = "-"
_STOP_SECONDS = 600.0
"""For writing all that was restored to the disk: what is moved afterwards must not be in use any more."""


@dataclass
class Restored:
    about: About
    rows: int
    waiting: int
    put_aside: list[str] = field(default_factory=list)
    left_beside: list[str] = field(default_factory=list)


async def restore(
    settings: Settings,
    file: Path,
    *,
    passphrase: str | None = None,
    force: bool = False,
    clock: Clock | None = None,
) -> Restored:
    """Raises `Refused`, and has changed nothing then."""
    clock = clock or SystemClock()
    try:
        raw = file.open("rb")
    except OSError as error:
        raise Refused(f"{file} cannot be read: {error.strerror}.") from None
    with raw:
        archive, about, contents = Archive.verified(raw, passphrase=passphrase)
        _ensure_understood(about)
        lock = FolderLock(settings.data_dir)
        lock.acquire()
        finish(settings.data_dir)
        aside = f"before_restore_{clock.now():%Y%m%dt%H%M%S}"
        place = Place(settings.data_dir, aside=aside)
        try:
            _ensure_free(settings, force=force)
            place.begin()
            return await _restore(settings, archive, about, contents, place=place, force=force, aside=aside)
        finally:
            place.give_up()
            lock.release()


async def _restore(
    settings: Settings,
    archive: Archive,
    about: About,
    contents: Contents,
    *,
    place: Place,
    force: bool,
    aside: str,
) -> Restored:
    entries = archive.entries(contents)
    before = _before_the_tables(entries)
    keys = KeysOfBackup(settings, before.small[KEYRING])
    rows = sum(table.rows for schema in contents.schemas for table in schema.tables)
    restored = Restored(about=about, rows=rows, waiting=contents.waiting)
    for name, data in before.small.items():
        if name.startswith("secrets/") and not (name == KEYRING and keys.are_given):
            place.write(name, data)
    with keys.prepared(aside) as put_keys_in_place:
        async with _target(settings, place, keys, force=force, aside=aside) as (url_of, swap):
            for schema in contents.schemas:
                await load(
                    registry.service(schema.service),
                    schema,
                    before.then,
                    url=url_of(schema.service),
                    waiting=before.small.get(WAITING, b""),
                )
            place.prepare(
                replace=["secrets", *([] if settings.database_url else ["servers"])],
                remove=["servers/nats"] if settings.database_url and not settings.nats_url else [],
            )
            if taken := await _to_the_end(swap()):
                restored.put_aside.append(taken)
    # Nothing is waited for from here to the last move: the database in use has to find its keys, whatever happens.
    try:
        put_keys_in_place()
    finally:
        is_anything_aside = place.put_in_place()
    if is_anything_aside:
        restored.put_aside.append(str(place.aside))
    if CONFIGURATION in before.small:
        beside = settings.data_dir / f"{CONFIGURATION}.from-backup"
        _write_private(beside, before.small[CONFIGURATION])
        restored.left_beside.append(str(beside))
    if settings.nats_url:
        await _empty_bus(settings)
    return restored


async def _to_the_end[R](work: Coroutine[Any, Any, R]) -> R:
    """Whoever interrupts it comes too late: halfway through, nobody would know which keys belong to which database."""
    working = asyncio.create_task(work)
    with suppress(asyncio.CancelledError):
        await asyncio.shield(working)
    return await working


@asynccontextmanager
async def _target(
    settings: Settings, place: Place, keys: KeysOfBackup, *, force: bool, aside: str
) -> AsyncIterator[tuple[Callable[[str], str], Callable[[], Coroutine[Any, Any, str | None]]]]:
    """Gives where a service's tables are to be made, and what puts all of them into use."""
    from medianest_common.db.roles import ensure_roles, role_url
    from medianest_common.lifecycle import role_secret

    own = {
        name: url for name in registry.ALL if (url := os.environ.get(f"{PREFIX}{name.upper()}_DATABASE_URL"))
    }
    sharing = [name for name in registry.ALL if name not in own]
    secret = role_secret(keys.ring)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(emptied_on_failure(list(own.items())))
        if not settings.database_url:
            servers = EmbeddedServers(
                place.folder, nats_url=_NOT_STARTED, valkey_url=_NOT_STARTED, stop_seconds=_STOP_SECONDS
            )
            common = (await stack.enter_async_context(servers)).urls.database_url
            await ensure_roles(common, sharing, secret=secret)
            yield lambda name: own.get(name) or role_url(common, name, secret=secret), _in_place_already
            return
        beside = DatabaseBeside(settings.database_url, aside=aside)
        await beside.make(force=force)
        try:
            await ensure_roles(beside.url, sharing, secret=secret)
            yield lambda name: own.get(name) or role_url(beside.url, name, secret=secret), beside.swap
        except BaseException:
            await beside.give_up()
            if keys.present is not None:
                # The roles are those of the whole server, and what is in use goes on with its own passwords.
                await ensure_roles(settings.database_url, sharing, secret=role_secret(keys.present))
            raise


async def _in_place_already() -> None:
    """A folder is moved, and nothing has to be done in the database."""


@dataclass
class _Before:
    """What comes before the tables, whole, and the tables."""

    small: dict[str, bytes]
    then: Entries


def _before_the_tables(entries: Entries) -> _Before:
    small: dict[str, bytes] = {}
    for name, data in entries:
        if name.startswith("tables/"):
            return _Before(small, _chained((name, data), entries))
        small[name] = data
    return _Before(small, iter(()))


def _chained(first: tuple[str, bytes], entries: Entries) -> Iterator[tuple[str, bytes]]:
    yield first
    yield from entries


def _write_private(path: Path, data: bytes) -> None:
    path.touch(mode=0o600)
    path.write_bytes(data)


def _ensure_understood(about: About) -> None:
    for name, head in unknown(about.heads).items():
        raise Refused(
            f"This backup, made by MediaNest {about.version}, holds tables that are newer than this version "
            f"({version('medianest')}): those of the {name} service are at migration {head}, which is not known here. "
            "Install a version that has this migration, and restore it there."
        )


def _ensure_free(settings: Settings, *, force: bool) -> None:
    """Whether our own servers have something in the data folder; a database elsewhere is looked into later."""
    if force or settings.database_url:
        return
    there = [name for name in ("servers/postgres", "secrets/keyring") if (settings.data_dir / name).exists()]
    if there:
        raise Refused(
            f"There is an installation in {settings.data_dir} ({', '.join(there)}). With --force it is put aside, in "
            "a folder beside, and the backup takes its place."
        )


async def _empty_bus(settings: Settings) -> None:
    """What lies there speaks of a state that is gone. The services make the streams anew."""
    import nats.errors
    from nats.js.errors import APIError, NotFoundError

    from medianest_common.bus.topology import streams_for
    from medianest_common.lifecycle import SERVICES

    try:
        async with operator_connection(settings) as client:
            js = client.jetstream(timeout=_API_SECONDS)
            for stream in streams_for(SERVICES):
                with suppress(NotFoundError):
                    await js.delete_stream(str(stream.name))
    except (nats.errors.Error, APIError, OSError) as error:
        raise SetupError(
            "Everything is restored and in place, but the streams of NATS could not be emptied "
            f"({error or type(error).__name__}). Remove EVT_*, JOB_* and DLQ there before you start the services, or "
            "they hear what was told after the backup."
        ) from error
