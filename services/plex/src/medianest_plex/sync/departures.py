"""What is listed no more leaves the index at the second sighting, and only when Plex does not know it by its number."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from medianest_plex.app import PlexApp
from medianest_plex.models import Library, Server
from medianest_plex.sync.passes import Pass
from medianest_plex.sync.progress import is_much
from medianest_plex.sync.telling import tell_removed

log = structlog.get_logger()

SECOND_SIGHTING = timedelta(minutes=2)
"""So long after an item was missed for the first time it may be believed to be gone."""
MASS_SIGHTING = timedelta(hours=1)
"""The same when much of a library is missing at once."""
_AT_ONCE = 500
"""Removed in one transaction, with the events that tell of it."""
_IN_ONE_ADDRESS = 50
"""So many are asked about at once, and gone before the next are."""
_SEEN_AGAIN = text("""
    update items set gone_since = null
     where library_id = :library and gone_since is not null
       and rating_key in (select unnest(cast(:seen as bigint[])))
""")
_MISSED = text("""
    update items set gone_since = :now
     where library_id = :library and gone_since is null
       and not exists (select from unnest(cast(:seen as bigint[])) as s(key) where s.key = items.rating_key)
""")
_NUMBERS = text("""
    select count(*), count(*) filter (where rating_key not in (select unnest(cast(:seen as bigint[]))))
      from items where library_id = :library
""")
# Seasons before their shows, since they are told with the ids of these.
_DUE = text("""
    select rating_key from items where library_id = :library and gone_since <= :before
     order by type in ('movie', 'show', 'artist'), rating_key limit :most
""")
_REMOVE = text("""
    delete from items
     where (server_id, rating_key) in (
           select server_id, rating_key from items
            where library_id = :library
              and (cast(:keys as bigint[]) is null or (rating_key = any(:keys) and gone_since is not null))
            order by type in ('movie', 'show', 'artist'), rating_key limit :most)
 returning rating_key, type, title, year, tmdb_id, tvdb_id, imdb_id, parent_key, parent_title, index, leaf_count
""")
_FORGET_LIBRARY = text("delete from libraries where id = :library")


async def sift(app: PlexApp, server: Server, done: Pass) -> None:
    """After a full pass that saw everything Plex says there is. What Plex was not asked about stays."""
    library, now = done.library, app.clock.now()
    values: dict[str, Any] = {"library": library.id, "seen": done.seen.tolist()}
    async with app.db.transaction() as tx:
        await tx.session.execute(_SEEN_AGAIN, values)
        there, missing = (await tx.session.execute(_NUMBERS, values)).one()
    before = now - (MASS_SIGHTING if is_much(missing, of=there) else SECOND_SIGHTING)
    hidden = 0
    while due := await _due(app, library, before=before):
        known = await app.plex.pms.existing(due, token=app.plex.token)
        hidden += len(known)
        done.seen.extend(known)
        async with app.db.transaction() as tx:
            await tx.session.execute(_SEEN_AGAIN, {"library": library.id, "seen": list(known)})
        done.removed += await _remove(app, server, library, keys=[key for key in due if key not in known])
    if hidden:
        log.info("plex_hides_items", library=library.title, items=hidden)
    async with app.db.transaction() as tx:
        await tx.session.execute(_MISSED, {"library": library.id, "seen": done.seen.tolist(), "now": now})


async def remove_libraries(app: PlexApp, server: Server, libraries: Iterable[Library]) -> None:
    for library in libraries:
        removed = await _remove(app, server, library, keys=None)
        async with app.db.transaction() as tx:
            await tx.session.execute(_FORGET_LIBRARY, {"library": library.id})
        log.info("library_removed", library=library.title, items=removed)


async def _due(app: PlexApp, library: Library, *, before: datetime) -> Sequence[int]:
    async with app.db.read() as connection:
        values = {"library": library.id, "before": before, "most": _IN_ONE_ADDRESS}
        return (await connection.execute(_DUE, values)).scalars().all()


async def _remove(app: PlexApp, server: Server, library: Library, *, keys: list[int] | None) -> int:
    """None means all there is."""
    removed = 0
    while True:
        async with app.db.transaction() as tx:
            rows = await _removed(tx.session, library, keys=keys)
            await tell_removed(tx, server, library, rows, now=app.clock.now())
        removed += len(rows)
        if len(rows) < _AT_ONCE:
            return removed


async def _removed(
    session: AsyncSession, library: Library, *, keys: list[int] | None
) -> list[Mapping[str, Any]]:
    found = await session.execute(_REMOVE, {"library": library.id, "keys": keys, "most": _AT_ONCE})
    return [dict(row) for row in found.mappings()]
