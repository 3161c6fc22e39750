from medianest_common.bus import Raw
from medianest_common.contracts.plex import ItemType
from medianest_common.contracts.plex.browse import ItemPage, ListCollections, ListItems
from medianest_plex.app import PlexApp
from medianest_plex.audience import audience
from medianest_plex.item_pages import collections_of
from medianest_plex.live_lists import live_collections, live_items
from medianest_plex.shelves import is_stale, shelves
from medianest_plex.shown import listed


async def list_collections(app: PlexApp, query: ListCollections) -> Raw | ItemPage:
    """Of one library, or of all that the person may see, by title."""
    whose = await audience(app)
    seen = await shelves(app, whose)
    chosen = [seen.shelf(query.library)] if query.library is not None else list(seen.visible)
    if whose.reads_live and query.library is not None:
        asked = ListItems(
            library=query.library, type=ItemType.COLLECTION, limit=query.limit, cursor=query.cursor
        )
        return await live_items(app, whose, asked, kind=ItemType.COLLECTION)
    if whose.reads_live:
        return await live_collections(app, whose, chosen, cursor=query.cursor, limit=query.limit)
    async with app.db.read() as connection:
        page = await collections_of(
            connection, [shelf.id for shelf in chosen], cursor=query.cursor, limit=query.limit
        )
    return listed(
        page.items,
        images=app.images,
        nextCursor=page.next_cursor,
        stale=await is_stale(app, whose, seen),
    )
