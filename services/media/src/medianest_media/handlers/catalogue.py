"""Searching, discovering, looking at a title."""

from medianest_common.contracts import media
from medianest_common.contracts.media import catalogue
from medianest_media.app import MediaApp
from medianest_media.handlers.base import handlers
from medianest_media.use_cases.discover import discover
from medianest_media.use_cases.find_related import find_related
from medianest_media.use_cases.get_person import get_person
from medianest_media.use_cases.get_season import get_season
from medianest_media.use_cases.get_title import get_title
from medianest_media.use_cases.list_kinds import list_genres, list_providers
from medianest_media.use_cases.search import search


@handlers.rpc
async def on_search(query: media.Search, app: MediaApp) -> media.SearchPage:
    return await search(app, query)


@handlers.rpc
async def on_discover(query: media.Discover, app: MediaApp) -> media.SearchPage:
    return await discover(app, query)


@handlers.rpc
async def on_get_title(query: media.GetTitle, app: MediaApp) -> media.Title:
    return await get_title(app, query)


@handlers.rpc
async def on_get_season(query: catalogue.GetSeason, app: MediaApp) -> catalogue.SeasonPage:
    return await get_season(app, query)


@handlers.rpc
async def on_get_person(query: catalogue.GetPerson, app: MediaApp) -> catalogue.PersonPage:
    return await get_person(app, query)


@handlers.rpc
async def on_find_related(query: catalogue.FindRelated, app: MediaApp) -> media.SearchPage:
    return await find_related(app, query)


@handlers.rpc
async def on_list_genres(query: catalogue.ListGenres, app: MediaApp) -> catalogue.GenreLists:
    return await list_genres(app, query)


@handlers.rpc
async def on_list_providers(query: catalogue.ListProviders, app: MediaApp) -> catalogue.ProviderLists:
    return await list_providers(app, query)
