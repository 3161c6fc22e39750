"""A full pass through one library, asked for by whoever looks after it. The replica that leads sees it in the row."""

from sqlalchemy import text

from medianest_common.bus import require
from medianest_common.contracts.base import Nothing
from medianest_common.contracts.identity import Permission
from medianest_common.contracts.plex.indexing import SyncLibrary
from medianest_common.errors import NotFound
from medianest_plex.app import PlexApp
from medianest_plex.auditing import decided

_ASK = text("""
    update libraries set asked_at = coalesce(asked_at, :now)
     where server_id = (select id from servers order by last_seen_at desc limit 1)
       and type in ('movie', 'show', 'artist') and key::text = :key
 returning id
""")


async def sync_library(app: PlexApp, command: SyncLibrary) -> Nothing:
    require(Permission.MANAGE_LIBRARY)
    async with app.db.transaction() as tx:
        asked = await tx.session.scalar(_ASK, {"now": app.clock.now(), "key": command.key})
        if asked is not None:
            decided(tx, "library_sync", f"library:{command.key}")
    if asked is None:
        raise NotFound("There is no such library, or it is none of films, shows or music.")
    return Nothing()
