"""By what shelves can be narrowed: genres, and who streams in the household's region."""

import asyncio

from pydantic import BaseModel

from medianest_common.bus import require_caller
from medianest_common.contracts.media import MediaType
from medianest_common.contracts.media.catalogue import GenreLists, ListGenres, ListProviders, ProviderLists
from medianest_common.contracts.media.descriptions import Genre
from medianest_media.adapters.catalogue import NamedNumber, ProviderDetails
from medianest_media.app import MediaApp
from medianest_media.found import to_provider
from medianest_media.keeping import kept

_FRESH_SECONDS = 3_600.0
_MOST_PROVIDERS = 200


class _Genres(BaseModel, frozen=True):
    movie: tuple[NamedNumber, ...]
    tv: tuple[NamedNumber, ...]


class _Providers(BaseModel, frozen=True):
    movie: tuple[ProviderDetails, ...]
    tv: tuple[ProviderDetails, ...]


async def list_genres(app: MediaApp, _: ListGenres) -> GenreLists:
    require_caller()

    async def load() -> _Genres:
        movie, tv = await asyncio.gather(*(app.catalogue.genres(kind) for kind in MediaType))
        return _Genres(movie=movie, tv=tv)

    key = f"genres:{app.settings.media_language}"
    told = await kept(app, key, load, model=_Genres, fresh=_FRESH_SECONDS)
    return GenreLists(
        movie=[Genre(id=genre.id, name=genre.name) for genre in told.value.movie],
        tv=[Genre(id=genre.id, name=genre.name) for genre in told.value.tv],
    )


async def list_providers(app: MediaApp, _: ListProviders) -> ProviderLists:
    require_caller()
    region = app.settings.media_region

    async def load() -> _Providers:
        movie, tv = await asyncio.gather(*(app.catalogue.providers(kind) for kind in MediaType))
        return _Providers(movie=movie[:_MOST_PROVIDERS], tv=tv[:_MOST_PROVIDERS])

    told = await kept(app, f"providers:{region}", load, model=_Providers, fresh=_FRESH_SECONDS)
    return ProviderLists(
        region=region,
        movie=[to_provider(provider) for provider in told.value.movie],
        tv=[to_provider(provider) for provider in told.value.tv],
    )
