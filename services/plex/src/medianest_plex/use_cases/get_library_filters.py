"""What a library can be narrowed to."""

import asyncio
from typing import Any

from sqlalchemy import text

from medianest_common.contracts.plex.browse import GenreCount, GetLibraryFilters, LibraryFilters
from medianest_common.errors import MediaNestError
from medianest_plex.adapters.answers import TokenRefused
from medianest_plex.adapters.browsing import choices
from medianest_plex.app import PlexApp
from medianest_plex.audience import Audience, audience, token_refused
from medianest_plex.errors import PlexUnavailable
from medianest_plex.live_lists import KINDS
from medianest_plex.shelves import is_stale, shelves
from medianest_plex.use_cases.list_items import MAIN

_FRESH_SECONDS = 60.0
_STALE_SECONDS = 3600.0
_MOST = 200
# Reads the whole library, once a minute at most; everybody who asks meanwhile is told the same.
_CHOICES = text("""
    with chosen as materialized (
        select genres, content_rating, year from items where library_id = :library and type = :kind),
    genres as (
        select name, count(*) as count from chosen, unnest(genres) as name group by 1 order by 2 desc, 1 limit :most),
    ratings as (
        select content_rating as name, count(*) as count from chosen where content_rating is not null
         group by 1 order by 2 desc, 1 limit :most)
    select json_build_object(
        'genres', (select coalesce(json_agg(genres order by name), '[]') from genres),
        'contentRatings', (select coalesce(json_agg(ratings order by name), '[]') from ratings),
        'firstYear', (select min(year) from chosen),
        'lastYear', (select max(year) from chosen))::text
""")


async def get_library_filters(app: PlexApp, query: GetLibraryFilters) -> LibraryFilters:
    whose = await audience(app)
    seen = await shelves(app, whose)
    shelf = seen.shelf(query.library)
    kind = query.type or MAIN.get(shelf.type)
    if kind is None:
        return LibraryFilters(genres=[], content_ratings=[])
    if whose.reads_live:
        return await _live(app, whose, query.library, kind=str(kind))

    async def load() -> bytes:
        values: dict[str, Any] = {"library": shelf.id, "kind": str(kind), "most": _MOST}
        async with app.db.read() as connection:
            return str((await connection.execute(_CHOICES, values)).scalar_one()).encode()

    key = f"filters:{shelf.id}:{kind}"
    body = await app.cache.get_or_load(key, load, ttl=_FRESH_SECONDS, stale=_STALE_SECONDS)
    found = LibraryFilters.model_validate_json(body)
    return found.model_copy(update={"stale": await is_stale(app, whose, seen)})


async def _live(app: PlexApp, whose: Audience, library: str, *, kind: str) -> LibraryFilters:
    """Plex counts nothing, and says nothing of years."""
    pms, number = app.plex.pms, KINDS[kind]
    try:
        genres, ratings = await asyncio.gather(
            choices(pms, library, "genre", kind=number, token=whose.token),
            choices(pms, library, "contentRating", kind=number, token=whose.token),
        )
    except TokenRefused:
        raise await token_refused(app, whose) from None
    except MediaNestError as error:
        raise PlexUnavailable(
            "Plex does not answer at the moment, and only Plex knows what of this library is for you.",
            upstream="Plex",
            retry_after=error.retry_after or 10,
        ) from error
    return LibraryFilters(
        genres=[GenreCount(name=choice.title) for choice in genres],
        content_ratings=[GenreCount(name=choice.title) for choice in ratings],
    )
