"""Searching, discovering, looking at a title."""

from medianest_common.contracts import media
from medianest_media.app import MediaApp
from medianest_media.handlers.base import handlers
from medianest_media.use_cases.discover import discover
from medianest_media.use_cases.get_title import get_title
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
