"""What arrives from the bus for the plex service."""

from medianest_common.bus import Handlers, Raw
from medianest_common.contracts.auth import UserChange, UserChanged, UserCreated
from medianest_common.contracts.auth.people import UserDeleted
from medianest_common.contracts.base import Nothing
from medianest_common.contracts.personal import PersonalData
from medianest_common.contracts.plex import (
    ExportUserData,
    GetImage,
    GetServer,
    GetServerIdentity,
    Libraries,
    LibraryItems,
    ListLibraries,
    ListRecentlyAdded,
    ListServerMembers,
    PlexServer,
    RememberMember,
    SearchLibrary,
    ServerIdentity,
    ServerMembers,
)
from medianest_common.db import Transaction
from medianest_plex import jobs
from medianest_plex.app import PlexApp
from medianest_plex.use_cases import remember_member as members
from medianest_plex.use_cases.erase_member import erase_member
from medianest_plex.use_cases.export_member import export_member
from medianest_plex.use_cases.get_image import get_image
from medianest_plex.use_cases.get_server import get_server
from medianest_plex.use_cases.get_server_identity import get_server_identity
from medianest_plex.use_cases.list_libraries import list_libraries
from medianest_plex.use_cases.list_recently_added import list_recently_added
from medianest_plex.use_cases.list_server_members import list_server_members
from medianest_plex.use_cases.search_library import search_library

handlers = Handlers("plex")


@handlers.rpc
async def server(query: GetServer, app: PlexApp) -> PlexServer:
    return await get_server(app, query)


@handlers.rpc
async def server_identity(query: GetServerIdentity, app: PlexApp) -> ServerIdentity:
    return await get_server_identity(app, query)


@handlers.rpc
async def server_members(query: ListServerMembers, app: PlexApp) -> ServerMembers:
    return await list_server_members(app, query)


@handlers.rpc
async def libraries(query: ListLibraries, app: PlexApp) -> Libraries:
    return await list_libraries(app, query)


@handlers.rpc
async def recently_added(query: ListRecentlyAdded, app: PlexApp) -> LibraryItems:
    return await list_recently_added(app, query)


@handlers.rpc
async def search(query: SearchLibrary, app: PlexApp) -> LibraryItems:
    return await search_library(app, query)


@handlers.rpc
async def image(query: GetImage, app: PlexApp) -> Raw:
    return await get_image(app, query)


@handlers.rpc
async def remember_member(command: RememberMember, app: PlexApp) -> Nothing:
    return await members.remember_member(app, command)


@handlers.rpc
async def export_user_data(query: ExportUserData, app: PlexApp) -> PersonalData:
    return await export_member(app, query)


@handlers.on(UserDeleted)
async def member_left(event: UserDeleted, app: PlexApp, tx: Transaction) -> None:
    await erase_member(app, event, tx)


@handlers.on(UserCreated, UserChanged)
async def expect_member(event: UserChange, app: PlexApp, tx: Transaction) -> None:
    await members.expect_member(app, event, tx)


@handlers.every(jobs.LOOK_SECONDS)
async def look_at_server(app: PlexApp) -> None:
    await jobs.look_at_server(app)


@handlers.every(jobs.KEEP_SECONDS)
async def keep_copies(app: PlexApp) -> None:
    await jobs.keep_copies(app)
