"""The index of the library."""

from medianest_common.contracts.base import Nothing
from medianest_common.contracts.plex.indexing import (
    GetSyncState,
    SyncLibrary,
    SyncState,
)
from medianest_common.contracts.plex.library import GetLibraryCensus, LibraryCensus, TellLibraryAgain
from medianest_plex import jobs
from medianest_plex.app import PlexApp
from medianest_plex.handlers.base import handlers
from medianest_plex.use_cases.get_sync_state import get_sync_state
from medianest_plex.use_cases.sync_library import sync_library
from medianest_plex.use_cases.tell_library_again import get_library_census, tell_library_again


@handlers.rpc
async def sync_state(query: GetSyncState, app: PlexApp) -> SyncState:
    return await get_sync_state(app, query)


@handlers.rpc
async def library_census(query: GetLibraryCensus, app: PlexApp) -> LibraryCensus:
    return await get_library_census(app, query)


@handlers.job(concurrency=1)
async def library_again(job: TellLibraryAgain, app: PlexApp) -> None:
    await tell_library_again(app, job)


@handlers.rpc
async def start_sync(command: SyncLibrary, app: PlexApp) -> Nothing:
    return await sync_library(app, command)


@handlers.every(jobs.SYNC_SECONDS)
async def keep_index(app: PlexApp) -> None:
    await jobs.keep_index(app)


@handlers.every(jobs.KEEP_SECONDS)
async def keep_copies(app: PlexApp) -> None:
    await jobs.keep_copies(app)
