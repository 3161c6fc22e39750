from medianest_common.bus import require_caller
from medianest_common.contracts.plex import GetServer, PlexServer
from medianest_plex.app import PlexApp
from medianest_plex.repository import present_server


async def get_server(app: PlexApp, _: GetServer) -> PlexServer:
    """Answers at once whether or not Plex does."""
    require_caller()
    sighting = await app.plex.watch.look()
    async with app.db.read() as connection:
        server = await present_server(connection)
    return PlexServer(
        name=server.name if server else "Plex",
        version=server.version if server else None,
        platform=server.platform if server else None,
        online=sighting.online,
        last_seen_at=server.last_seen_at if server else None,
    )
