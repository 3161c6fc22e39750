"""Which catalogue a household has: that of its Overseerr, else TMDB itself, else none yet."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from medianest_common.clock import Clock
from medianest_media.adapters.catalogue import Catalogue
from medianest_media.adapters.missing_catalogue import MissingCatalogue
from medianest_media.adapters.overseerr_catalogue import OverseerrCatalogue
from medianest_media.adapters.tmdb import Tmdb
from medianest_media.settings import MediaSettings


@asynccontextmanager
async def open_catalogue(settings: MediaSettings, *, clock: Clock) -> AsyncIterator[Catalogue]:
    place = {"language": settings.media_language, "region": settings.media_region}
    if settings.overseerr_url and settings.overseerr_api_key is not None:
        key = settings.overseerr_api_key.get_secret_value()
        async with OverseerrCatalogue.open(
            settings.overseerr_url, api_key=key, clock=clock, **place
        ) as overseerr:
            yield overseerr
    elif settings.tmdb_api_key is not None and settings.tmdb_api_key.get_secret_value():
        key = settings.tmdb_api_key.get_secret_value()
        async with Tmdb.open(settings.tmdb_url, api_key=key, clock=clock, **place) as tmdb:
            yield tmdb
    else:
        yield MissingCatalogue()
