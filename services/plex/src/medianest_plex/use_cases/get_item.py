"""One item with all that is known of it: read from Plex with the person's own token, or what the index has of it."""

import asyncio
import json

from medianest_common.bus import require_caller
from medianest_common.contracts.plex.browse import GetItem, ItemDetail
from medianest_common.errors import MediaNestError
from medianest_plex.adapters.answers import TokenRefused
from medianest_plex.adapters.browsing import document_of
from medianest_plex.adapters.coercion import Document, to_int
from medianest_plex.adapters.details import details
from medianest_plex.adapters.items import PlexItem, read_items
from medianest_plex.app import PlexApp
from medianest_plex.audience import Audience, audience, token_refused
from medianest_plex.errors import NoSuchItem, PlexUnavailable
from medianest_plex.image_keys import Picture, allowed_path
from medianest_plex.item_pages import items_named
from medianest_plex.mapping import item_fields
from medianest_plex.shelves import Shelves, key_of, kind_on, no_such_item, shelves
from medianest_plex.shown import plex_page, with_picture
from medianest_plex.watch import PATIENCE_SECONDS

_FRESH_SECONDS = 15.0


async def get_item(app: PlexApp, query: GetItem) -> ItemDetail:
    key_of(query.rating_key)
    whose = await audience(app)
    seen = await shelves(app, whose)
    if not whose.reads_live and seen.is_ready:
        await kind_on(app, seen, query.rating_key)
    try:
        document = await _document(app, whose, query.rating_key)
    except TokenRefused:
        raise await token_refused(app, whose) from None
    except (TimeoutError, MediaNestError) as error:
        if whose.reads_live:
            raise _away() from error
        return await _from_index(app, seen, query.rating_key)
    found = read_items([document] if document else [], of="item", collections=True)
    if document is None or not found or not whose.may_see(found[0].library_key):
        raise no_such_item()
    return _as_told(app, seen, found[0], document, knows_views=_knows_views(whose))


async def _document(app: PlexApp, whose: Audience, rating_key: str) -> Document | None:
    """What the owner's token is told is the same for everybody who has no account of their own."""
    user = whose.refused.user_id.hex if whose.refused else whose.name

    async def load() -> bytes:
        return json.dumps(await document_of(app.plex.pms, rating_key, token=whose.token)).encode()

    if not whose.plex_answers:
        raise TimeoutError
    async with asyncio.timeout(PATIENCE_SECONDS):
        body = await app.cache.get_or_load(f"item:{user}:{rating_key}", load, ttl=_FRESH_SECONDS, tag=user)
    document: Document | None = json.loads(body)
    return document


async def _from_index(app: PlexApp, seen: Shelves, rating_key: str) -> ItemDetail:
    if seen.server_id is None:
        raise _away()
    try:
        await kind_on(app, seen, rating_key)
    except NoSuchItem:
        if seen.is_ready:
            raise
        raise _away() from None
    async with app.db.read() as connection:
        (row,) = await items_named(connection, [key_of(rating_key)], server_id=seen.server_id)
    fields = json.loads(with_picture(row, images=app.images))
    shelf = seen.shelf(str(row.library_key))
    return ItemDetail.model_validate(
        fields | {"stale": True, "libraryTitle": shelf.title, "plexUrl": _plex_url(seen, rating_key)}
    )


def _as_told(
    app: PlexApp, seen: Shelves, item: PlexItem, document: Document, *, knows_views: bool
) -> ItemDetail:
    more = details(document, with_files=require_caller().is_admin)
    art = allowed_path(document.get("art"))
    if not knows_views:
        more["view_offset_ms"] = None
    return ItemDetail(
        **item_fields(item, images=app.images) | more,
        art=app.images.sign(Picture(item.library_key, art)) if art else None,
        view_count=(to_int(document.get("viewCount")) or 0) if knows_views else None,
        plex_url=_plex_url(seen, item.rating_key),
    )


def _knows_views(whose: Audience) -> bool:
    """Somebody without an account at Plex has seen nothing there; administrators are told of the owner."""
    return whose.refused is not None or require_caller().is_admin


def _plex_url(seen: Shelves, rating_key: str) -> str | None:
    if seen.machine_identifier is None:
        return None
    return plex_page(seen.machine_identifier, rating_key)


def _away() -> PlexUnavailable:
    return PlexUnavailable(
        "Plex does not answer at the moment, and nothing is known here of this item.",
        upstream="Plex",
        retry_after=10,
    )
