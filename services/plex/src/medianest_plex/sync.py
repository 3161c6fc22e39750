"""Keeps the index like the libraries: a full pass now and then, what is new every minute, and at once on a hint.

Plex has no feed of changes that can be trusted, so each way mends what the others miss: hints come fast and get lost,
`updatedAt` says nothing of deletions, and a full pass sees everything but is slow.
"""

from array import array
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import select, update

from medianest_common.contracts.plex import ItemType
from medianest_common.contracts.plex.library import ItemAdded, ItemChanged, ItemRemoved
from medianest_common.db import Transaction
from medianest_common.errors import MediaNestError
from medianest_plex.adapters.coercion import Document
from medianest_plex.adapters.pms import Chunk, Section
from medianest_plex.adapters.records import read_records
from medianest_plex.app import PlexApp
from medianest_plex.index import Index, Stored
from medianest_plex.models import Library, Server
from medianest_plex.repository import present_server

log = structlog.get_logger()

PAGE = 200
FULL_EVERY = timedelta(hours=24)
SECOND_SIGHTING = timedelta(minutes=2)
"""So long after an item was missed for the first time it may be believed to be gone."""
MASS_SIGHTING = timedelta(hours=1)
"""The same when much of a library is missing at once: a disk that is not mounted looks like that."""
_MASS = 0.3
_MASS_AT_LEAST = 20
_OVERLAP = timedelta(minutes=10)
"""Read again behind the newest change seen: clocks differ, and items show up late."""
_NEWS = timedelta(hours=24)
"""Older than that and new to us is no news: files are moved and replaced."""
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
KINDS: dict[str, tuple[int, ...]] = {"movie": (1, 18), "show": (2, 3, 4, 18), "artist": (8, 9, 10, 18)}
"""By type of library, in Plex's numbers, parents before children."""
_TOLD = {"movie", "show", "season", "artist", "album", "collection"}


@dataclass
class Pass:
    """What one reading of a library came to."""

    library: Library
    read: int = 0
    dropped: int = 0
    added: int = 0
    changed: int = 0
    removed: int = 0
    complete: bool = True
    seen: array[int] = field(default_factory=lambda: array("q"))
    newest: datetime | None = None


class Sync:
    """One at a time; in the replica that leads."""

    def __init__(self, app: PlexApp) -> None:
        self._app = app

    async def beat(self) -> None:
        """Do what is due. Ends quietly when Plex is away; the next beat tries again."""
        server = await self._server()
        if server is None:
            return
        try:
            sections = await self._app.plex.pms.sections(token=self._app.plex.token)
            await self._keep_libraries(server, sections)
            for library in await self._libraries(server):
                section = next((s for s in sections if int(s.key) == library.key), None)
                if section is not None:
                    await self._look(server, library, section)
        except MediaNestError as error:
            log.info("plex_sync_put_off", reason=error.code)

    async def _look(self, server: Server, library: Library, section: Section) -> None:
        now = self._app.clock.now()
        hinted = section.key in self._app.hints
        self._app.hints.discard(section.key)
        if library.complete_at is None or now - library.complete_at > FULL_EVERY:
            await self.full_pass(server, library)
            return
        changed = datetime.fromtimestamp(section.changed_at, now.tzinfo)
        if hinted or library.checked_at is None or changed > library.checked_at - _OVERLAP:
            await self.delta(server, library)
        if await self._differs(library) or await self._has_missing(library, now=now):
            await self.full_pass(server, library)

    async def full_pass(self, server: Server, library: Library) -> Pass:
        """Read everything. Only a pass that saw as many items as Plex says there are may miss any."""
        done = Pass(library)
        for kind in KINDS.get(library.type, ()):
            if not await self._read_all(server, done, kind):
                # Something was added or removed while we paged; what was stored already is only compared.
                done.complete &= await self._read_all(server, done, kind)
        await self._finish(server, done)
        return done

    async def delta(self, server: Server, library: Library) -> Pass:
        """Read what was added or updated since the newest change that was seen."""
        done = Pass(library, complete=False)
        since = int(((library.changed_at or self._app.clock.now()) - _OVERLAP).timestamp())
        for kind in KINDS.get(library.type, ()):
            for moment in ("addedAt", "updatedAt"):
                async for page in self._pages(library, kind, filters={f"{moment}>>": since}):
                    await self._store(server, done, page.documents)
        await self._note(done)
        return done

    async def _read_all(self, server: Server, done: Pass, kind: int) -> bool:
        """Whether as many different items were read as the server says it has."""
        seen = set[str]()
        total: int | None = None
        async for page in self._pages(done.library, kind):
            total = page.total
            seen.update(str(document.get("ratingKey")) for document in page.documents)
            done.seen.extend(await self._store(server, done, page.documents))
        return total is None or len(seen) == total

    async def _pages(
        self, library: Library, kind: int, *, filters: dict[str, str | int] | None = None
    ) -> AsyncIterator[Chunk]:
        """Until an empty page or the end that the server told; a page may be shorter or longer than asked."""
        start = 0
        while True:
            page = await self._app.plex.pms.chunk(
                str(library.key),
                kind=kind,
                start=start,
                size=PAGE,
                token=self._app.plex.token,
                filters=filters,
            )
            if page.documents:
                yield page
            start += len(page.documents)
            if not page.documents or (page.total is not None and start >= page.total):
                return

    async def _store(self, server: Server, done: Pass, documents: Sequence[Document]) -> list[int]:
        records = read_records(documents, server_id=server.id, library_id=done.library.id)
        done.read += len(documents)
        done.dropped += records.dropped
        moments = [row[name] for row in records.rows for name in ("added_at", "updated_at") if row[name]]
        if moments:
            done.newest = max(done.newest or _LONG_AGO, datetime.fromisoformat(max(moments)))
        async with self._app.db.transaction() as tx:
            stored = await Index(tx.session).store(records.rows)
            await self._tell(tx, server, done.library, stored)
        done.added += len(stored.added)
        done.changed += len(stored.changed)
        return [row["rating_key"] for row in records.rows]

    async def _tell(self, tx: Transaction, server: Server, library: Library, stored: Stored) -> None:
        added = [row for row in stored.added if row["type"] in _TOLD]
        changed = [row for row in stored.changed if row["type"] in _TOLD]
        parents = await Index(tx.session).ids_of_parents(server.id, [*added, *changed])
        known = await Index(tx.session).known_elsewhere(added) if library.complete_at else set[int]()
        now = self._app.clock.now()
        for row in added:
            added_at = datetime.fromisoformat(row["added_at"]) if row["added_at"] else None
            fresh = added_at is not None and now - added_at < _NEWS
            is_news = library.complete_at is not None and fresh and row["rating_key"] not in known
            tx.emit(ItemAdded(**_told(server, library, row, parents), is_news=is_news))
        for row in changed:
            tx.emit(ItemChanged(**_told(server, library, row, parents)))

    async def _finish(self, server: Server, done: Pass) -> None:
        now, library = self._app.clock.now(), done.library
        async with self._app.db.transaction() as tx:
            index = Index(tx.session)
            if done.complete and done.dropped == 0:
                there = await index.count(library.id)
                missing = there - len(set(done.seen))
                mass = missing > max(_MASS_AT_LEAST, _MASS * there)
                wait = MASS_SIGHTING if mass else SECOND_SIGHTING
                removed = await index.sift(library.id, done.seen, now=now, wait=wait)
                done.removed = len(removed)
                parents = await index.ids_of_parents(server.id, removed)
                for row in removed:
                    if row["type"] in _TOLD:
                        tx.emit(ItemRemoved(**_told(server, library, row, parents)))
        await self._note(done)
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

    async def _note(self, done: Pass) -> None:
        library, now = done.library, self._app.clock.now()
        library.checked_at = now
        library.complete_at = now if done.complete else library.complete_at
        library.changed_at = max(filter(None, (library.changed_at, done.newest)), default=None)
        async with self._app.db.transaction() as tx:
            index = Index(tx.session)
            library.item_count = await index.count(library.id, top=True)
            await tx.session.execute(
                update(Library)
                .where(Library.id == library.id)
                .values(
                    checked_at=library.checked_at,
                    complete_at=library.complete_at,
                    changed_at=library.changed_at,
                    item_count=library.item_count,
                )
            )

    async def _keep_libraries(self, server: Server, sections: Sequence[Section]) -> None:
        now = self._app.clock.now()
        async with self._app.db.transaction() as tx:
            index = Index(tx.session)
            gone = await index.keep_libraries(server.id, sections, now=now, wait=MASS_SIGHTING)
            for library in [library for library in await self._libraries(server) if library.id in gone]:
                for row in await index.remove_library(library.id):
                    if row["type"] in _TOLD:
                        tx.emit(ItemRemoved(**_told(server, library, row, {})))

    async def _libraries(self, server: Server) -> list[Library]:
        """Those that are indexed at all, in the order of the server."""
        statement = select(Library).where(Library.server_id == server.id, Library.type.in_(KINDS))
        async with self._app.db.transaction() as tx:
            return list((await tx.session.scalars(statement.order_by(Library.position))).all())

    async def _differs(self, library: Library) -> bool:
        """Whether Plex has another number of films, shows or artists than we have."""
        section = Section(str(library.key), library.title, library.type)
        theirs = await self._app.plex.pms.count(section, token=self._app.plex.token)
        async with self._app.db.transaction() as tx:
            ours = await Index(tx.session).count(library.id, top=True, missing=False)
        return theirs is not None and theirs != ours

    async def _has_missing(self, library: Library, *, now: datetime) -> bool:
        """Whether something waits for its second sighting, and may be looked at again."""
        async with self._app.db.transaction() as tx:
            since = await Index(tx.session).missing_since(library.id)
        return since is not None and now - since >= SECOND_SIGHTING

    async def _server(self) -> Server | None:
        async with self._app.db.read() as connection:
            return await present_server(connection)


def _told(
    server: Server, library: Library, row: Mapping[str, Any], parents: Mapping[int, Mapping[str, Any]]
) -> dict[str, Any]:
    season = row["type"] == "season"
    ids = parents.get(row["parent_key"], {}) if season else row
    return {
        "machine_identifier": server.machine_identifier,
        "rating_key": str(row["rating_key"]),
        "library_key": str(library.key),
        "item_type": ItemType(row["type"]),
        "title": row["title"],
        "year": row["year"],
        "tmdb_id": ids.get("tmdb_id"),
        "tvdb_id": ids.get("tvdb_id"),
        "imdb_id": ids.get("imdb_id"),
        "parent_key": str(row["parent_key"]) if row["parent_key"] else None,
        "season": row["index"] if season else None,
        "episode_count": row.get("leaf_count") if row["type"] in ("season", "show") else None,
        "added_at": row.get("added_at"),
    }
