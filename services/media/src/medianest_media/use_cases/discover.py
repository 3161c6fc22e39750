"""The shelves one browses: trending, popular films, popular shows, and what comes out soon; by genre and provider."""

from medianest_common.bus import require_caller
from medianest_common.contracts.media import Discover, MediaType, SearchPage
from medianest_common.errors import FieldError, Invalid
from medianest_media.adapters.catalogue import FoundTitle, Narrowing
from medianest_media.app import MediaApp
from medianest_media.use_cases.known_titles import found_page
from medianest_media.use_cases.search_page import search_page

_FRESH_SECONDS = 300.0
_KIND = {"movies": MediaType.MOVIE, "tv": MediaType.TV}


async def discover(app: MediaApp, query: Discover) -> SearchPage:
    """Yesterday's shelf is better than none: it is shown for a day while the catalogue does not answer."""
    require_caller()
    narrowing = _narrowing(query)
    media_type = query.media_type
    key = f"shelf:{query.shelf}:{query.page}:{narrowing.media_type}:{narrowing.genre}:{narrowing.provider}"
    if narrowing.is_by_time:
        key += f":{narrowing.year}:{narrowing.sort}"
    found = await found_page(
        app,
        key,
        lambda: app.catalogue.discover(query.shelf, page=query.page, narrowing=narrowing),
        fresh=_FRESH_SECONDS,
    )
    return await search_page(
        app,
        found,
        wanted=lambda one: (
            media_type is None or (isinstance(one, FoundTitle) and one.media_type is media_type)
        ),
    )


def _narrowing(query: Discover) -> Narrowing:
    narrowing = Narrowing(
        media_type=query.media_type,
        genre=query.genre,
        provider=query.provider,
        year=query.year,
        sort=query.sort,
    )
    if narrowing.is_by_time and query.shelf not in _KIND:
        raise _invalid("Only the shelves of films and of shows have years and orders; take one of those.")
    if query.shelf == "trending":
        if narrowing.is_by_kind:
            raise _invalid(
                "What is trending has no genres or providers; take the shelf of films or of shows."
            )
        return Narrowing()
    kind = _KIND.get(query.shelf)
    if kind is not None and query.media_type not in (None, kind):
        raise _invalid("This shelf holds the other kind.", field="type")
    if query.shelf == "upcoming" and query.genre is not None and query.media_type is None:
        raise _invalid("Say whether films or shows: they number their genres differently.", field="type")
    return narrowing


def _invalid(message: str, *, field: str = "shelf") -> Invalid:
    return Invalid(errors=[FieldError(field, message)])
