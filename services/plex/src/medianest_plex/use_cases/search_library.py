from medianest_common.contracts.plex import LibraryItems, SearchLibrary
from medianest_common.errors import FieldError, Invalid, MediaNestError, TooManyRequests
from medianest_plex.adapters.coercion import to_text
from medianest_plex.adapters.pms import TokenRefused
from medianest_plex.app import PlexApp
from medianest_plex.audience import audience, token_refused
from medianest_plex.errors import PlexUnavailable
from medianest_plex.mapping import as_library_item

_LONGEST = 200


async def search_library(app: PlexApp, query: SearchLibrary) -> LibraryItems:
    """Asked with the person's own token, so that Plex itself decides what may be found."""
    text = to_text(query.query, longest=_LONGEST)
    if text is None:
        raise Invalid("Say what to look for.", errors=[FieldError("query", "must hold at least one letter")])
    whose = await audience(app)
    try:
        found = await app.plex.pms.search(text, limit=query.limit, token=whose.token)
    except TokenRefused:
        raise await token_refused(app, whose) from None
    except TooManyRequests:
        raise
    except MediaNestError as error:
        raise PlexUnavailable(
            "Plex does not answer at the moment, so its libraries cannot be searched. Try again in a moment.",
            upstream="Plex",
            retry_after=error.retry_after or 10,
        ) from error
    return LibraryItems(items=[as_library_item(item, images=app.images) for item in found[: query.limit]])
