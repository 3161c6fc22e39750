"""A page of the backend's titles, with our own requests laid over it."""

from collections.abc import Awaitable, Callable

from medianest_common.contracts.media import MediaType, SearchPage
from medianest_common.errors import BadUpstream, MediaNestError, TimedOut, Unavailable
from medianest_media.adapters.backend import FoundPage
from medianest_media.app import MediaApp
from medianest_media.errors import SearchUnavailable
from medianest_media.mapping import to_search_result
from medianest_media.repository import read_claimed


async def search_page(
    app: MediaApp, load: Callable[[], Awaitable[FoundPage]], *, media_type: MediaType | None = None
) -> SearchPage:
    try:
        found = await load()
    except (Unavailable, TimedOut, BadUpstream) as error:
        raise unavailable(error) from error
    titles = [title for title in found.titles if media_type in (None, title.media_type)]
    async with app.db.read() as connection:
        claimed = await read_claimed(connection, [(title.media_type, title.tmdb_id) for title in titles])
    return SearchPage(
        items=[
            to_search_result(title, claimed=(title.media_type, title.tmdb_id) in claimed) for title in titles
        ],
        page=found.page,
        total_pages=found.total_pages,
    )


def unavailable(error: MediaNestError) -> SearchUnavailable:
    """One answer for all the ways in which the backend can fail: the detail says which."""
    return SearchUnavailable(error.detail, retry_after=error.retry_after or 5, upstream=error.upstream)
