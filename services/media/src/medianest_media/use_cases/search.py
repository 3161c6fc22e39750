"""Search: films and shows by name, with what the household already has or has asked for."""

from hashlib import sha256

from medianest_common.bus import require_caller
from medianest_common.contracts.media import Search, SearchPage
from medianest_common.errors import FieldError, Invalid
from medianest_media.app import MediaApp
from medianest_media.titles import storable
from medianest_media.use_cases.known_titles import found_page
from medianest_media.use_cases.search_page import search_page

_FRESH_SECONDS = 30.0
_LONGEST_QUERY = 200


async def search(app: MediaApp, query: Search) -> SearchPage:
    """Raises `SearchUnavailable`; an empty page always means that there is nothing of that name."""
    require_caller()
    wanted = storable(query.query, longest=_LONGEST_QUERY)
    if not wanted:
        raise Invalid(errors=[FieldError("query", "Say what to look for.")])
    key = f"search:{query.page}:{sha256(wanted.encode()).hexdigest()}"
    return await search_page(
        app,
        lambda: found_page(
            app, key, lambda: app.catalogue.search(wanted, page=query.page), ttl=_FRESH_SECONDS, stale=0
        ),
        media_type=query.media_type,
    )
