"""A page of what the catalogue found, with our own library and requests laid over it."""

from collections.abc import Callable, Sequence

from medianest_common.contracts.media import Availability, PersonResult, SearchPage, SearchResult
from medianest_media.adapters.catalogue import FoundPage, FoundPerson, FoundTitle
from medianest_media.app import MediaApp
from medianest_media.found import to_person_result, to_search_result
from medianest_media.holdings import NOTHING_KNOWN
from medianest_media.keeping import Kept
from medianest_media.repository import read_holdings
from medianest_media.repository.asked import read_asked


async def search_page(
    app: MediaApp,
    found: Kept[FoundPage],
    *,
    wanted: Callable[[FoundTitle | FoundPerson], bool] = lambda _: True,
) -> SearchPage:
    chosen = [one for one in found.value.found if wanted(one)]
    titles = iter(await results(app, [one for one in chosen if isinstance(one, FoundTitle)]))
    items: list[SearchResult | PersonResult] = [
        next(titles) if isinstance(one, FoundTitle) else to_person_result(one) for one in chosen
    ]
    return SearchPage(
        items=items,
        page=found.value.page,
        total_pages=found.value.total_pages,
        stale=found.stale,
        stale_since=found.stale_since,
    )


async def results(app: MediaApp, titles: Sequence[FoundTitle]) -> list[SearchResult]:
    """However many titles, two questions to the database."""
    keys = [(title.media_type, title.tmdb_id) for title in titles]
    async with app.db.read() as connection:
        asked = await read_asked(connection, keys)
        holdings = await read_holdings(connection, keys)
    return [
        to_search_result(
            holdings.get(key, NOTHING_KNOWN).found(title), asked=asked.get(key, Availability.NONE)
        )
        for key, title in zip(keys, titles, strict=True)
    ]
