"""What is like a title, and what those who like it like."""

from medianest_common.bus import require_caller
from medianest_common.contracts.media import SearchPage
from medianest_common.contracts.media.catalogue import FindRelated
from medianest_media.app import MediaApp
from medianest_media.use_cases.known_titles import found_page
from medianest_media.use_cases.search_page import search_page

_FRESH_SECONDS = 3_600.0


async def find_related(app: MediaApp, query: FindRelated) -> SearchPage:
    require_caller()
    found = await found_page(
        app,
        f"{query.relation}:{query.media_type}:{query.tmdb_id}:{query.page}",
        lambda: app.catalogue.related(
            query.media_type, query.tmdb_id, relation=query.relation, page=query.page
        ),
        fresh=_FRESH_SECONDS,
    )
    return await search_page(app, found)
