"""A page of the backend's titles, with our own library and requests laid over it."""

from collections.abc import Awaitable, Callable

from medianest_common.contracts.media import MediaType, SearchPage
from medianest_common.errors import BadUpstream, MediaNestError, TimedOut, Unavailable
from medianest_media.adapters.catalogue import FoundPage
from medianest_media.app import MediaApp
from medianest_media.errors import SearchUnavailable
from medianest_media.holdings import NOTHING_KNOWN
from medianest_media.mapping import to_search_result
from medianest_media.repository import read_claimed, read_holdings


async def search_page(
    app: MediaApp, load: Callable[[], Awaitable[FoundPage]], *, media_type: MediaType | None = None
) -> SearchPage:
    try:
        found = await load()
    except (Unavailable, TimedOut, BadUpstream) as error:
        raise unavailable(error) from error
    titles = [title for title in found.titles if media_type in (None, title.media_type)]
    async with app.db.read() as connection:
        keys = [(title.media_type, title.tmdb_id) for title in titles]
        claimed = await read_claimed(connection, keys)
        holdings = await read_holdings(connection, keys)
    return SearchPage(
        items=[
            to_search_result(holdings.get(key, NOTHING_KNOWN).found(title), claimed=key in claimed)
            for key, title in zip(keys, titles, strict=True)
        ],
        page=found.page,
        total_pages=found.total_pages,
    )


def unavailable(error: MediaNestError) -> SearchUnavailable:
    """One answer for all the ways in which the backend can fail: the detail says which."""
    return SearchUnavailable(error.detail, retry_after=error.retry_after or 5, upstream=error.upstream)
