from medianest_common.contracts.plex import GetServerIdentity, ServerIdentity
from medianest_plex.app import PlexApp
from medianest_plex.errors import PlexUnavailable
from medianest_plex.models import Server
from medianest_plex.repository import present_server


async def get_server_identity(app: PlexApp, _: GetServerIdentity) -> ServerIdentity:
    server = await known_server(app)
    return ServerIdentity(machine_identifier=server.machine_identifier, name=server.name)


async def known_server(app: PlexApp) -> Server:
    """From the table, so that people can sign in while Plex is down; asks Plex only while no server is known.

    Raises `PlexNotSetUp` where Plex was set up once and is not any more.
    """
    plex = app.plex
    async with app.db.read() as connection:
        server = await present_server(connection)
    if server is None:
        await plex.watch.look(again_after=1.0)
        async with app.db.read() as connection:
            server = await present_server(connection)
    if server is None:
        raise PlexUnavailable(
            "The Plex server was not reached yet, so it is not known which one it is.",
            upstream="Plex",
            retry_after=10,
        )
    return server
