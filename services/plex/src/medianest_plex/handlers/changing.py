"""Collections and scans."""

from medianest_common.contracts.base import Nothing
from medianest_common.contracts.plex.changes import (
    ChangeCollection,
    CollectionChanged,
    CreateCollection,
    DeleteCollection,
    GetScan,
    Scan,
    ScanLibrary,
)
from medianest_plex.app import PlexApp
from medianest_plex.handlers.base import handlers
from medianest_plex.use_cases.change_collection import change_collection
from medianest_plex.use_cases.create_collection import create_collection
from medianest_plex.use_cases.delete_collection import delete_collection
from medianest_plex.use_cases.get_scan import get_scan
from medianest_plex.use_cases.scan_library import scan_library


@handlers.rpc
async def new_collection(command: CreateCollection, app: PlexApp) -> CollectionChanged:
    return await create_collection(app, command)


@handlers.rpc
async def collection_changes(command: ChangeCollection, app: PlexApp) -> CollectionChanged:
    return await change_collection(app, command)


@handlers.rpc
async def end_of_collection(command: DeleteCollection, app: PlexApp) -> Nothing:
    return await delete_collection(app, command)


@handlers.rpc
async def start_scan(command: ScanLibrary, app: PlexApp) -> Scan:
    return await scan_library(app, command)


@handlers.rpc
async def state_of_scan(query: GetScan, app: PlexApp) -> Scan:
    return await get_scan(app, query)
