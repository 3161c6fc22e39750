from medianest_common.contracts.plex import GetServerIdentity, ServerIdentity
from medianest_plex.app import PlexApp
from medianest_plex.errors import PlexUnavailable
from medianest_plex.repository import present_server


async def get_server_identity(app: PlexApp, _: GetServerIdentity) -> ServerIdentity:
    """From the table, so that people can sign in while Plex is down; asks Plex only while no server is known."""
    async with app.db.read() as connection:
        server = await present_server(connection)
    if server is None:
        await app.plex.watch.look(again_after=1.0)
        async with app.db.read() as connection:
            server = await present_server(connection)
    if server is None:
        raise PlexUnavailable(
            "The Plex server was not reached yet, so it is not known which one it is.",
            upstream="Plex",
            retry_after=10,
        )
    return ServerIdentity(machine_identifier=server.machine_identifier, name=server.name)
