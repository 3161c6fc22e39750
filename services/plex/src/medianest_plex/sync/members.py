"""What is in each collection, read whenever the collection itself was."""

import structlog
from sqlalchemy import text

from medianest_common.http import UpstreamRefused
from medianest_plex.adapters.answers import Chunk
from medianest_plex.app import PlexApp
from medianest_plex.models import Server
from medianest_plex.sync.pages import PAGE, pages
from medianest_plex.sync.passes import Pass, Reading

log = structlog.get_logger()

_FORGET = text("""
    delete from collection_items
     where server_id = :server and collection_key = :collection and item_key <> all (cast(:keys as bigint[]))
""")
# Members that are not in the index, such as those that could not be read, are left out.
_KEEP = text("""
    insert into collection_items as kept (server_id, collection_key, item_key, position)
    select items.server_id, :collection, items.rating_key, min(member.position)
      from unnest(cast(:keys as bigint[])) with ordinality as member(item_key, position)
      join items on items.server_id = :server and items.rating_key = member.item_key
     group by items.server_id, items.rating_key
        on conflict (server_id, collection_key, item_key) do update set position = excluded.position
     where kept.position <> excluded.position
""")


async def read_members(app: PlexApp, server: Server, done: Pass) -> None:
    for collection in dict.fromkeys(done.collections):
        try:
            reading = await _read(app, collection)
        except UpstreamRefused as refused:
            if refused.upstream_status != 404:
                raise
            continue  # It went while we read.
        async with app.db.transaction() as tx:
            values = {"server": server.id, "collection": collection, "keys": list(reading.keys)}
            if reading.is_even and not reading.nameless:
                await tx.session.execute(_FORGET, values)
            await tx.session.execute(_KEEP, values)


async def _read(app: PlexApp, collection: int) -> Reading:
    async def fetch(start: int) -> Chunk:
        return await app.plex.pms.members(collection, start=start, size=PAGE, token=app.plex.token)

    reading = Reading()
    async for _ in pages(fetch, reading):
        pass
    return reading
