from medianest_common.contracts.plex import ListServerMembers, ServerMembers
from medianest_plex.app import PlexApp
from medianest_plex.use_cases.get_server_identity import known_server


async def list_server_members(app: PlexApp, _: ListServerMembers) -> ServerMembers:
    """From plex.tv each time: people are let go by this answer, so no copy will do."""
    server = await known_server(app)
    return ServerMembers(items=await app.plex.members.members(server.machine_identifier))
