"""What is in the library."""

from medianest_common.bus import Raw
from medianest_common.contracts.plex import (
    GetImage,
    Libraries,
    LibraryItems,
    ListLibraries,
    ListRecentlyAdded,
    SearchLibrary,
)
from medianest_common.contracts.plex.browse import (
    CollectionDetail,
    FindPlaces,
    GetCollection,
    GetItem,
    GetLibraryFilters,
    ItemDetail,
    ItemPage,
    ItemPlaces,
    LibraryFilters,
    ListChildren,
    ListCollections,
    ListItems,
    ListOnDeck,
    OnDeck,
)
from medianest_plex.app import PlexApp
from medianest_plex.handlers.base import handlers
from medianest_plex.use_cases.find_places import find_places
from medianest_plex.use_cases.get_collection import get_collection
from medianest_plex.use_cases.get_image import get_image
from medianest_plex.use_cases.get_item import get_item
from medianest_plex.use_cases.get_library_filters import get_library_filters
from medianest_plex.use_cases.list_children import list_children
from medianest_plex.use_cases.list_collections import list_collections
from medianest_plex.use_cases.list_items import list_items
from medianest_plex.use_cases.list_libraries import list_libraries
from medianest_plex.use_cases.list_on_deck import list_on_deck
from medianest_plex.use_cases.list_recently_added import list_recently_added
from medianest_plex.use_cases.search_library import search_library


@handlers.rpc
async def libraries(query: ListLibraries, app: PlexApp) -> Libraries:
    return await list_libraries(app, query)


@handlers.rpc
async def recently_added(query: ListRecentlyAdded, app: PlexApp) -> Raw | LibraryItems:
    return await list_recently_added(app, query)


@handlers.rpc
async def search(query: SearchLibrary, app: PlexApp) -> Raw | LibraryItems:
    return await search_library(app, query)


@handlers.rpc
async def items(query: ListItems, app: PlexApp) -> Raw | ItemPage:
    return await list_items(app, query)


@handlers.rpc
async def places(query: FindPlaces, app: PlexApp) -> ItemPlaces:
    return await find_places(app, query)


@handlers.rpc
async def library_filters(query: GetLibraryFilters, app: PlexApp) -> LibraryFilters:
    return await get_library_filters(app, query)


@handlers.rpc
async def item(query: GetItem, app: PlexApp) -> ItemDetail:
    return await get_item(app, query)


@handlers.rpc
async def children(query: ListChildren, app: PlexApp) -> Raw | ItemPage:
    return await list_children(app, query)


@handlers.rpc
async def collections(query: ListCollections, app: PlexApp) -> Raw | ItemPage:
    return await list_collections(app, query)


@handlers.rpc
async def collection(query: GetCollection, app: PlexApp) -> Raw | CollectionDetail:
    return await get_collection(app, query)


@handlers.rpc
async def on_deck(query: ListOnDeck, app: PlexApp) -> OnDeck:
    return await list_on_deck(app, query)


@handlers.rpc
async def image(query: GetImage, app: PlexApp) -> Raw:
    return await get_image(app, query)
