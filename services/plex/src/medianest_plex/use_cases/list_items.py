"""A library, page by page: sorted and narrowed as somebody likes."""

from medianest_common.bus import Raw, require_caller
from medianest_common.contracts.plex.browse import ItemPage, ListItems
from medianest_common.errors import FieldError, Invalid
from medianest_plex.app import PlexApp
from medianest_plex.audience import Audience, audience
from medianest_plex.item_pages import items_of
from medianest_plex.live_lists import live_items
from medianest_plex.shelves import Shelf, is_stale, shelves
from medianest_plex.shown import listed

MAIN = {"movie": "movie", "show": "show", "artist": "artist"}
"""What is listed of a library unless it is said."""


async def list_items(app: PlexApp, query: ListItems) -> Raw | ItemPage:
    whose = await audience(app)
    seen = await shelves(app, whose)
    shelf = seen.shelf(query.library)
    kind = query.type or MAIN.get(shelf.type)
    if kind is None:
        return ItemPage(items=[])
    if whose.reads_live or (query.unwatched and watches_themselves(whose)):
        return await live_items(app, whose, query, kind=str(kind))
    async with app.db.read() as connection:
        page = await items_of(connection, query, library_id=shelf.id, kind=str(kind))
    return listed(
        page.items,
        images=app.images,
        nextCursor=page.next_cursor,
        total=_total(query, shelf, str(kind)),
        stale=await is_stale(app, whose, seen),
    )


def watches_themselves(whose: Audience) -> bool:
    """False for administrators: the index knows what the owner has seen."""
    if require_caller().is_admin:
        return False
    if whose.refused is None:
        raise Invalid(
            "What you have seen is known only to people who sign in with Plex.",
            errors=[FieldError("unwatched", "needs an account at Plex")],
        )
    return True


def _total(query: ListItems, shelf: Shelf, kind: str) -> int | None:
    return shelf.item_count if not query.is_narrowed and kind == MAIN[shelf.type] else None
