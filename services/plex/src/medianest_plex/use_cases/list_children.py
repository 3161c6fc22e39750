"""The seasons of a show, the episodes of a season, the albums of an artist, the tracks of an album."""

from medianest_common.bus import Raw
from medianest_common.contracts.plex.browse import ItemPage, ListChildren
from medianest_plex.app import PlexApp
from medianest_plex.audience import audience
from medianest_plex.item_pages import children_of, members_of
from medianest_plex.live_lists import live_children
from medianest_plex.shelves import is_stale, key_of, kind_on, no_such_item, shelves
from medianest_plex.shown import listed


async def list_children(app: PlexApp, query: ListChildren) -> Raw | ItemPage:
    whose = await audience(app)
    key = key_of(query.rating_key)
    if whose.reads_live:
        return await live_children(
            app, whose, f"/library/metadata/{key}", cursor=query.cursor, limit=query.limit
        )
    seen = await shelves(app, whose)
    kind = await kind_on(app, seen, query.rating_key)
    if seen.server_id is None:
        raise no_such_item()
    async with app.db.read() as connection:
        if kind == "collection":
            page = await members_of(
                connection, server_id=seen.server_id, collection=key, cursor=query.cursor, limit=query.limit
            )
        else:
            page = await children_of(
                connection, server_id=seen.server_id, parent=key, cursor=query.cursor, limit=query.limit
            )
    return listed(
        page.items,
        images=app.images,
        nextCursor=page.next_cursor,
        stale=await is_stale(app, whose, seen),
    )
