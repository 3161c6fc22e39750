"""Lists read from Plex itself with a person's own token: for those whom Plex restricts, and for what somebody has not
seen yet, which only Plex knows.

Pages are numbered, as Plex has nothing else, and kept for a few seconds.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence

from medianest_common.contracts.plex import ItemType, LibraryItem
from medianest_common.contracts.plex.browse import ItemChoice, ItemPage, ItemPlaces, ItemSort, ListItems
from medianest_common.errors import MediaNestError
from medianest_common.paging import InvalidCursor, decode_cursor, encode_cursor
from medianest_plex.adapters.answers import Chunk, TokenRefused
from medianest_plex.adapters.browsing import children_chunk, choices
from medianest_plex.adapters.items import read_items
from medianest_plex.app import PlexApp
from medianest_plex.audience import Audience, token_refused
from medianest_plex.errors import PlexUnavailable
from medianest_plex.mapping import as_library_item
from medianest_plex.shelves import Shelf, no_such_item

KEPT_SECONDS = 15.0
KINDS: Mapping[str, int] = {
    ItemType.MOVIE: 1,
    ItemType.SHOW: 2,
    ItemType.SEASON: 3,
    ItemType.EPISODE: 4,
    ItemType.ARTIST: 8,
    ItemType.ALBUM: 9,
    ItemType.TRACK: 10,
    ItemType.COLLECTION: 18,
}
"""Plex's numbers."""
_SORTS = {
    ItemSort.TITLE: "titleSort",
    ItemSort.ADDED_AT: "addedAt",
    ItemSort.YEAR: "year",
    ItemSort.RATING: "audienceRating",
    ItemSort.RELEASED_AT: "originallyAvailableAt",
    ItemSort.DURATION: "duration",
}
_MOST = 10_000_000


async def live_items(app: PlexApp, whose: Audience, query: ListItems, *, kind: str) -> ItemPage:
    name = _name(query.library, kind, query)
    start = _start(query.cursor, name)

    async def load() -> bytes:
        filters = await _filters(app, whose, query, kind=kind)
        if filters is None:
            return ItemPage(items=[]).model_dump_json().encode()
        chunk = await app.plex.pms.chunk(
            query.library,
            kind=KINDS[kind],
            start=start,
            size=query.limit,
            token=whose.token,
            sort=f"{_SORTS[query.sort]}:{'desc' if query.descends else 'asc'}",
            filters=filters,
        )
        return _page(app, chunk, name=name, start=start, limit=query.limit, library=query.library)

    return await _from_plex(app, whose, f"{kind}:{query.model_dump_json()}", load)


async def live_places(
    app: PlexApp, whose: Audience, query: ItemChoice, *, kind: str, size: int, most_pages: int
) -> ItemPlaces:
    """Plex counts, but does not say where a letter begins."""
    first = await live_items(app, whose, ListItems(**dict(query), limit=1), kind=kind)
    total = first.total or len(first.items)
    size *= max(1, -(-total // (size * most_pages)))
    name = _name(query.library, kind, query)
    cursors = [encode_cursor(name, start) if start else None for start in range(0, max(total, 1), size)]
    return ItemPlaces(total=total, size=size, cursors=cursors)


async def live_children(
    app: PlexApp, whose: Audience, path: str, *, cursor: str | None, limit: int
) -> ItemPage:
    """Of what `path` names. Raises `NoSuchItem` where that is not there for this person."""
    name = f"live/{path}"
    start = _start(cursor, name)

    async def load() -> bytes:
        chunk = await children_chunk(
            app.plex.pms, f"{path}/children", start=start, size=limit, token=whose.token
        )
        if chunk is None:
            raise no_such_item()
        return _page(app, chunk, name=name, start=start, limit=limit)

    return await _from_plex(app, whose, f"{name}:{start}:{limit}", load)


async def live_collections(
    app: PlexApp, whose: Audience, libraries: Sequence[Shelf], *, cursor: str | None, limit: int
) -> ItemPage:
    """Library after library. The cursor holds the key of the library, and how many of it were seen."""
    name = "live.collections"
    library, start = decode_cursor(cursor, name, int, int) if cursor is not None else (None, 0)
    keys = [int(shelf.key) for shelf in libraries]
    if library is not None and library not in keys:
        raise InvalidCursor("Start again from the first page.")
    items: list[LibraryItem] = []
    for key in keys[keys.index(library) if library is not None else 0 :]:
        inner = encode_cursor(_name(str(key), ItemType.COLLECTION, ListItems(library=str(key))), start)
        query = ListItems(library=str(key), type=ItemType.COLLECTION, limit=limit - len(items), cursor=inner)
        page = await live_items(app, whose, query, kind=ItemType.COLLECTION)
        items += page.items
        if len(items) >= limit:
            seen = start + len(page.items)
            return ItemPage(items=items, next_cursor=encode_cursor(name, key, seen))
        start = 0
    return ItemPage(items=items)


def _name(library: str, kind: str, query: ItemChoice) -> str:
    return f"live/{library}.{kind}.{query.sort}.{query.descends}"


def _start(cursor: str | None, name: str) -> int:
    start: int = decode_cursor(cursor, name, int)[0] if cursor is not None else 0
    if not 0 <= start < _MOST:
        raise InvalidCursor("Start again from the first page.")
    return start


def _page(
    app: PlexApp, chunk: Chunk, *, name: str, start: int, limit: int, library: str | None = None
) -> bytes:
    documents = chunk.documents[:limit]
    items = read_items(documents, of="live", library_key=library, collections=True)
    end = start + len(documents)
    more = bool(documents) and (chunk.total is None or end < chunk.total)
    page = ItemPage(
        items=[as_library_item(item, images=app.images) for item in items],
        next_cursor=encode_cursor(name, end) if more else None,
        total=chunk.total,
    )
    return page.model_dump_json().encode()


async def _from_plex(
    app: PlexApp, whose: Audience, question: str, load: Callable[[], Awaitable[bytes]]
) -> ItemPage:
    user = whose.refused.user_id.hex if whose.refused else whose.name
    try:
        body = await app.cache.get_or_load(f"live:{user}:{question}", load, ttl=KEPT_SECONDS, tag=user)
        return ItemPage.model_validate_json(body)
    except TokenRefused:
        raise await token_refused(app, whose) from None
    except MediaNestError as error:
        if error.status < 500:
            raise
        raise PlexUnavailable(
            "Plex does not answer at the moment, and only Plex knows what of this library is for you.",
            upstream="Plex",
            retry_after=error.retry_after or 10,
        ) from error


async def _filters(
    app: PlexApp, whose: Audience, query: ListItems, *, kind: str
) -> dict[str, str | int] | None:
    """As Plex writes them; None where nothing can be like that. Operators end the names, less their last `=`."""
    filters: dict[str, str | int] = {}
    if query.unwatched:
        filters["unwatched"] = 1
    if query.year_from is not None:
        filters["year>>"] = query.year_from - 1
    if query.year_to is not None:
        filters["year<<"] = query.year_to + 1
    if query.rating_from is not None:
        filters["audienceRating>>"] = f"{query.rating_from - 0.001:.3f}"
    for name, wanted in (("genre", query.genre), ("contentRating", query.content_rating)):
        if wanted is None:
            continue
        # By Plex's own number or word: a comma in what a person has written would mean something else.
        known = await choices(app.plex.pms, query.library, name, kind=KINDS[kind], token=whose.token)
        found = next((choice.key for choice in known if choice.title == wanted), None)
        if found is None:
            return None
        filters[name] = found
    return filters
