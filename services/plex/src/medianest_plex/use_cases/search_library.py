from medianest_common.bus import Raw
from medianest_common.contracts.plex import LibraryItems, SearchLibrary
from medianest_common.errors import FieldError, Invalid, MediaNestError, TooManyRequests
from medianest_plex.adapters.answers import TokenRefused
from medianest_plex.adapters.coercion import to_text
from medianest_plex.app import PlexApp
from medianest_plex.audience import Audience, audience, token_refused
from medianest_plex.errors import PlexUnavailable
from medianest_plex.mapping import as_library_item
from medianest_plex.search_index import find
from medianest_plex.shelves import Shelves, is_stale, shelves
from medianest_plex.shown import listed

_LONGEST = 200


async def search_library(app: PlexApp, query: SearchLibrary) -> Raw | LibraryItems:
    """In our own index. Plex is asked for people whom it restricts, and until everything was read once."""
    text = to_text(query.query, longest=_LONGEST)
    if text is None:
        raise Invalid("Say what to look for.", errors=[FieldError("query", "must hold at least one letter")])
    whose = await audience(app)
    seen = await shelves(app, whose)
    if seen.is_ready and not whose.reads_live:
        return await _in_index(app, whose, seen, text, query, stale=await is_stale(app, whose, seen))
    try:
        return await _at_plex(app, whose, text, query)
    except PlexUnavailable:
        if not seen.is_read or whose.reads_live:
            raise
        return await _in_index(app, whose, seen, text, query, stale=True)


async def _in_index(
    app: PlexApp, whose: Audience, seen: Shelves, text: str, query: SearchLibrary, *, stale: bool
) -> Raw:
    async with app.db.read() as connection:
        found = await find(connection, text, libraries=seen.ids, kind=query.type, most=query.limit)
    return listed(found, images=app.images, stale=stale)


async def _at_plex(app: PlexApp, whose: Audience, text: str, query: SearchLibrary) -> LibraryItems:
    """With the person's own token, so that Plex itself decides what may be found."""
    try:
        found = await app.plex.pms.search(text, limit=query.limit, token=whose.token)
    except TokenRefused:
        raise await token_refused(app, whose) from None
    except TooManyRequests:
        raise
    except MediaNestError as error:
        raise PlexUnavailable(
            "Plex does not answer at the moment, so its libraries cannot be searched. Try again in a moment.",
            upstream="Plex",
            retry_after=error.retry_after or 10,
        ) from error
    shown = [item for item in found if query.type in (None, item.type)]
    return LibraryItems(items=[as_library_item(item, images=app.images) for item in shown[: query.limit]])
