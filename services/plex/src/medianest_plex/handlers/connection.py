"""The server: where it is, and the way to it."""

from medianest_common.contracts.plex import (
    GetServer,
    GetServerIdentity,
    ListServerMembers,
    PlexServer,
    ServerIdentity,
    ServerMembers,
)
from medianest_common.contracts.plex.connection import (
    ConnectionChanged,
    GetPlexConnection,
    ListPlexServers,
    PlexConnection,
    PlexServers,
    ReconnectPlex,
)
from medianest_plex import jobs
from medianest_plex.app import PlexApp
from medianest_plex.handlers.base import handlers
from medianest_plex.use_cases.get_plex_connection import get_plex_connection
from medianest_plex.use_cases.get_server import get_server
from medianest_plex.use_cases.get_server_identity import get_server_identity
from medianest_plex.use_cases.list_plex_servers import list_plex_servers
from medianest_plex.use_cases.list_server_members import list_server_members
from medianest_plex.use_cases.reconnect_plex import reconnect_plex


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
async def servers(query: ListPlexServers, app: PlexApp) -> PlexServers:
    return await list_plex_servers(app, query)


@handlers.rpc
async def plex_connection(query: GetPlexConnection, app: PlexApp) -> PlexConnection:
    return await get_plex_connection(app, query)


@handlers.rpc
async def reconnect(command: ReconnectPlex, app: PlexApp) -> PlexConnection:
    return await reconnect_plex(app, command)


@handlers.listen(ConnectionChanged)
async def look_for_the_way_anew(event: ConnectionChanged, app: PlexApp) -> None:
    await app.reached.connection.take_up()
    app.reached.watch.look_anew()


@handlers.every(jobs.LOOK_SECONDS)
async def look_at_server(app: PlexApp) -> None:
    await jobs.look_at_server(app)


@handlers.every(jobs.ACCOUNT_SECONDS)
async def keep_account(app: PlexApp) -> None:
    await jobs.keep_account(app)
