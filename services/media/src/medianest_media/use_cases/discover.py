"""The shelves one browses: trending, popular films, popular shows, and what comes out soon."""

from medianest_common.bus import require_caller
from medianest_common.contracts.media import Discover, SearchPage
from medianest_media.app import MediaApp
from medianest_media.use_cases.known_titles import found_page
from medianest_media.use_cases.search_page import search_page

_FRESH_SECONDS = 300.0
_SHOWN_WHILE_AWAY_SECONDS = 86_400.0


async def discover(app: MediaApp, query: Discover) -> SearchPage:
    """Yesterday's shelf is better than none: it is shown for a day while the backend does not answer."""
    require_caller()
    return await search_page(
        app,
        lambda: found_page(
            app,
            f"shelf:{query.shelf}:{query.page}",
            lambda: app.catalogue.discover(query.shelf, page=query.page),
            ttl=_FRESH_SECONDS,
            stale=_SHOWN_WHILE_AWAY_SECONDS,
        ),
    )
