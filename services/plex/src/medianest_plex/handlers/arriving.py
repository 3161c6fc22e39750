"""Files that other services have put into a library."""

from medianest_common.contracts.base import Nothing
from medianest_common.contracts.plex.arriving import (
    ArrangeCollection,
    FindFolder,
    FolderFound,
    ReleaseFromCollection,
    ShowFile,
    ShownFile,
)
from medianest_plex.app import PlexApp
from medianest_plex.handlers.base import handlers
from medianest_plex.use_cases.arrange_collection import arrange_collection
from medianest_plex.use_cases.find_folder import find_folder
from medianest_plex.use_cases.release_from_collection import release_from_collection
from medianest_plex.use_cases.show_file import show_file


@handlers.rpc
async def arrived_file(command: ShowFile, app: PlexApp) -> ShownFile:
    return await show_file(app, command)


@handlers.rpc
async def on_find_folder(query: FindFolder, app: PlexApp) -> FolderFound:
    return await find_folder(app, query)


@handlers.rpc
async def order_of_collection(command: ArrangeCollection, app: PlexApp) -> Nothing:
    return await arrange_collection(app, command)


@handlers.rpc
async def end_of_collection(command: ReleaseFromCollection, app: PlexApp) -> Nothing:
    return await release_from_collection(app, command)
