"""Reads a library into the index, page by page."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta

import structlog

from medianest_common.errors import MediaNestError
from medianest_plex.adapters.answers import Chunk
from medianest_plex.adapters.coercion import Document
from medianest_plex.adapters.records import read_records
from medianest_plex.app import PlexApp
from medianest_plex.index import Index
from medianest_plex.models import Library, Server
from medianest_plex.sync.departures import sift
from medianest_plex.sync.members import read_members
from medianest_plex.sync.pages import PAGE, pages
from medianest_plex.sync.passes import Pass, Reading
from medianest_plex.sync.progress import Progress
from medianest_plex.sync.telling import tell_stored

log = structlog.get_logger()

OVERLAP = timedelta(minutes=10)
"""Read again behind the newest change seen: clocks differ, and items show up late."""
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
KINDS: dict[str, tuple[int, ...]] = {"movie": (1, 18), "show": (2, 3, 4, 18), "artist": (8, 9, 10, 18)}
"""By type of library, in Plex's numbers, parents before children and collections last."""
_COLLECTION = 18


async def full_pass(app: PlexApp, server: Server, library: Library) -> Pass:
    """Read everything. Only a pass that came out even may miss anything."""
    done = Pass(library, is_full=True)
    async with app.db.transaction() as tx:
        now = app.clock.now()
        await Progress(tx.session).write(library, pass_started_at=now, pass_seen_at=now, pass_read=0)
    try:
        for kind in KINDS.get(library.type, ()):
            await _read_kind(app, server, done, kind)
        await read_members(app, server, done)
        if done.complete and not done.nameless:
            await sift(app, server, done)
    except MediaNestError:
        await _give_up(app, library)
        raise
    await _note(app, done)
    log.info(
        "library_read",
        library=library.title,
        read=done.read,
        added=done.added,
        changed=done.changed,
        removed=done.removed,
        dropped=done.dropped,
        complete=done.complete,
    )
    return done


async def delta(app: PlexApp, server: Server, library: Library) -> Pass:
    """Read what was added or updated since the newest change that was seen."""
    done = Pass(library, complete=False)
    since = int(((library.changed_at or app.clock.now()) - OVERLAP).timestamp())
    for kind in KINDS.get(library.type, ()):
        for moment in ("addedAt", "updatedAt"):
            reading = Reading()
            async for page in _pages(app, library, kind, reading, filters={f"{moment}>>": since}):
                await _store(app, server, done, reading, kind, page.documents)
    await read_members(app, server, done)
    await _note(app, done)
    return done


async def _read_kind(app: PlexApp, server: Server, done: Pass, kind: int) -> None:
    """Once more if something came or went while we paged; what was stored already is only compared then."""
    reading = await _read_all(app, server, done, kind)
    if not reading.is_even:
        earlier, reading = reading, await _read_all(app, server, done, kind)
        done.complete &= reading.is_even or reading.repeats(earlier)
    done.seen.extend(reading.keys)
    done.dropped += reading.dropped
    done.nameless += reading.nameless
    if kind in (1, 2, 8):
        done.total = next(iter(reading.totals), 0) if len(reading.totals) < 2 else None


async def _read_all(app: PlexApp, server: Server, done: Pass, kind: int) -> Reading:
    reading = Reading()
    async for page in _pages(app, done.library, kind, reading):
        await _store(app, server, done, reading, kind, page.documents)
    return reading


def _pages(
    app: PlexApp,
    library: Library,
    kind: int,
    reading: Reading,
    *,
    filters: dict[str, str | int] | None = None,
) -> AsyncIterator[Chunk]:
    async def fetch(start: int) -> Chunk:
        return await app.plex.pms.chunk(
            str(library.key), kind=kind, start=start, size=PAGE, token=app.plex.token, filters=filters
        )

    return pages(fetch, reading)


async def _store(
    app: PlexApp, server: Server, done: Pass, reading: Reading, kind: int, documents: Sequence[Document]
) -> None:
    library, now = done.library, app.clock.now()
    records = read_records(documents, server_id=server.id, library_id=library.id)
    done.read += len(documents)
    reading.dropped += records.dropped
    moments = [row[name] for row in records.rows for name in ("added_at", "updated_at") if row[name]]
    if moments:
        # What was tagged with a time to come must not make us look past all that comes before it.
        newest = min(now, max(datetime.fromisoformat(moment) for moment in moments))
        done.newest = max(done.newest or _LONG_AGO, newest)
    if kind == _COLLECTION:
        done.collections.extend(row["rating_key"] for row in records.rows)
    async with app.db.transaction() as tx:
        stored = await Index(tx.session).store(records.rows)
        await tell_stored(tx, server, library, stored, now=now)
        if done.is_full:
            await Progress(tx.session).write(library, pass_seen_at=now, pass_read=done.read)
    done.added += len(stored.added)
    done.changed += len(stored.changed)


async def _note(app: PlexApp, done: Pass) -> None:
    library, now = done.library, app.clock.now()
    async with app.db.transaction() as tx:
        progress, index = Progress(tx.session), Index(tx.session)
        values = {
            "checked_at": now,
            "changed_at": max(filter(None, (library.changed_at, done.newest)), default=None),
            "item_count": await index.count(library.id, top=True),
        }
        if done.is_full:
            listed = await index.count(library.id, top=True, missing=False)
            values |= {
                "complete_at": now if done.complete else library.complete_at,
                "dropped": done.dropped,
                "gap": done.total - listed if done.total is not None else 0,
                "pass_seen_at": None,
            }
            await progress.done_with_asking(library)
        await progress.done_with_hint(library)
        await progress.write(library, **values)


async def _give_up(app: PlexApp, library: Library) -> None:
    """The next beat starts again; what was stored already will only be compared."""
    async with app.db.transaction() as tx:
        await Progress(tx.session).write(library, pass_started_at=None, pass_seen_at=None)
