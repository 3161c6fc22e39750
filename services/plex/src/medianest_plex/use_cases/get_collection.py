from medianest_common.bus import Raw
from medianest_common.contracts.plex.browse import CollectionDetail, GetCollection
from medianest_common.errors import MediaNestError
from medianest_plex.adapters.answers import TokenRefused
from medianest_plex.adapters.browsing import document_of
from medianest_plex.adapters.items import read_items
from medianest_plex.app import PlexApp
from medianest_plex.audience import Audience, audience, token_refused
from medianest_plex.errors import PlexUnavailable
from medianest_plex.item_pages import items_named, members_of
from medianest_plex.live_lists import live_children
from medianest_plex.mapping import as_library_item
from medianest_plex.shelves import is_stale, key_of, kind_on, no_such_item, shelves
from medianest_plex.shown import listed, with_picture


async def get_collection(app: PlexApp, query: GetCollection) -> Raw | CollectionDetail:
    """What it is called, and what is in it, page by page and in its own order."""
    whose = await audience(app)
    key = key_of(query.rating_key)
    if whose.reads_live:
        return await _live(app, whose, key, query)
    seen = await shelves(app, whose)
    if await kind_on(app, seen, query.rating_key) != "collection" or seen.server_id is None:
        raise no_such_item()
    async with app.db.read() as connection:
        found = await items_named(connection, [key], server_id=seen.server_id)
        page = await members_of(
            connection, server_id=seen.server_id, collection=key, cursor=query.cursor, limit=query.limit
        )
    if not found:
        raise no_such_item()
    return listed(
        page.items,
        images=app.images,
        first=("collection", with_picture(found[0], images=app.images)),
        nextCursor=page.next_cursor,
        stale=await is_stale(app, whose, seen),
    )


async def _live(app: PlexApp, whose: Audience, key: int, query: GetCollection) -> CollectionDetail:
    try:
        document = await document_of(app.plex.pms, str(key), token=whose.token)
    except TokenRefused:
        raise await token_refused(app, whose) from None
    except MediaNestError as error:
        raise PlexUnavailable(
            "Plex does not answer at the moment, and only Plex knows what of this is for you.",
            upstream="Plex",
            retry_after=error.retry_after or 10,
        ) from error
    found = read_items([document] if document else [], of="collection", collections=True)
    if not found or found[0].type != "collection":
        raise no_such_item()
    page = await live_children(
        app, whose, f"/library/collections/{key}", cursor=query.cursor, limit=query.limit
    )
    return CollectionDetail(
        collection=as_library_item(found[0], images=app.images),
        items=page.items,
        next_cursor=page.next_cursor,
    )
