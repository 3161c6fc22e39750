"""Where the pages of a list begin, for whoever wants to go to its middle, or to a letter, at once."""

from medianest_common.contracts.plex.browse import FindPlaces, ItemPlaces, ListMark
from medianest_plex.app import PlexApp
from medianest_plex.audience import audience
from medianest_plex.item_pages import beginnings_of
from medianest_plex.live_lists import live_places
from medianest_plex.shelves import Shelf, is_stale, shelves
from medianest_plex.use_cases.list_items import MAIN, watches_themselves

SIZE = 100
_FRESH_SECONDS = 60.0
_STALE_SECONDS = 600.0
_MOST_PAGES = 1000


async def find_places(app: PlexApp, query: FindPlaces) -> ItemPlaces:
    whose = await audience(app)
    seen = await shelves(app, whose)
    shelf = seen.shelf(query.library)
    kind = query.type or MAIN.get(shelf.type)
    if kind is None:
        return ItemPlaces(total=0, size=SIZE, cursors=[None])
    if whose.reads_live or (query.unwatched and watches_themselves(whose)):
        return await live_places(app, whose, query, kind=str(kind), size=SIZE, most_pages=_MOST_PAGES)
    found = await _indexed(app, query, shelf, kind=str(kind))
    return found.model_copy(update={"stale": await is_stale(app, whose, seen)})


async def _indexed(app: PlexApp, query: FindPlaces, shelf: Shelf, *, kind: str) -> ItemPlaces:
    """Reads the whole order, once a minute at most; everybody who asks meanwhile is told the same."""

    async def load() -> bytes:
        async with app.db.read() as connection:
            found = await beginnings_of(
                connection, query, library_id=shelf.id, kind=kind, size=SIZE, most_pages=_MOST_PAGES
            )
        marks = [ListMark(label=mark.label, position=mark.position) for mark in found.marks]
        places = ItemPlaces(total=found.total, size=found.size, cursors=[None, *found.cursors], marks=marks)
        return places.model_dump_json().encode()

    # With the number of items, so that what has just been added has its place.
    key = f"places:{shelf.id}:{shelf.item_count}:{kind}:{query.model_dump_json()}"
    return ItemPlaces.model_validate_json(
        await app.cache.get_or_load(key, load, ttl=_FRESH_SECONDS, stale=_STALE_SECONDS)
    )
