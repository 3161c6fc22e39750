"""Search: films, shows and people by name, with what the household already has or has asked for."""

from hashlib import sha256

from medianest_common.bus import require_caller
from medianest_common.contracts.media import MediaType, Search, SearchPage
from medianest_common.errors import FieldError, Invalid
from medianest_media.adapters.catalogue import FoundPerson, FoundTitle
from medianest_media.app import MediaApp
from medianest_media.titles import storable
from medianest_media.use_cases.known_titles import found_page
from medianest_media.use_cases.search_page import search_page

_FRESH_SECONDS = 60.0
_LONGEST_QUERY = 500


async def search(app: MediaApp, query: Search) -> SearchPage:
    """Raises `SearchUnavailable`; an empty page means that there is nothing of that name. Where one kind is asked for
    it may stand on a later page, since the catalogue finds all kinds together."""
    require_caller()
    wanted = _readable(query.query)
    key = f"search:{query.page}:{sha256(wanted.encode()).hexdigest()}"
    found = await found_page(
        app, key, lambda: app.catalogue.search(wanted, page=query.page), fresh=_FRESH_SECONDS
    )
    return await search_page(app, found, wanted=lambda one: query.media_type in (None, _kind(one)))


def _readable(text: str) -> str:
    if "\x00" in text or any("\ud800" <= c <= "\udfff" for c in text):
        raise Invalid(errors=[FieldError("query", "It holds NUL or broken characters.")])
    if len(text) > _LONGEST_QUERY:
        raise Invalid(errors=[FieldError("query", f"At most {_LONGEST_QUERY} characters.")])
    wanted = storable(text, longest=_LONGEST_QUERY)
    if not wanted:
        raise Invalid(errors=[FieldError("query", "Say what to look for.")])
    return wanted


def _kind(one: FoundTitle | FoundPerson) -> MediaType | str:
    return one.media_type if isinstance(one, FoundTitle) else "person"
