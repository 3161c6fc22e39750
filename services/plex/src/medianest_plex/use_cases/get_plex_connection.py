from medianest_common.contracts.plex.connection import GetPlexConnection, PlexConnection
from medianest_plex.app import PlexApp
from medianest_plex.repository import present_server


async def get_plex_connection(app: PlexApp, _: GetPlexConnection) -> PlexConnection:
    return await present_connection(app)


async def present_connection(app: PlexApp) -> PlexConnection:
    """As it was seen a moment ago. Answers at once whether or not Plex does."""
    if app.set_up is None:
        return PlexConnection(set_up=False)
    connection = app.set_up.connection
    sighting = await app.set_up.watch.look()
    async with app.db.read() as reading:
        server = await present_server(reading)
    return PlexConnection(
        set_up=True,
        name=server.name if server else None,
        machine_identifier=server.machine_identifier if server else None,
        url=app.set_up.pms.base_url,
        online=sighting.online,
        token_accepted=sighting.token_accepted,
        problem=sighting.problem,
        account_problem=connection.account_problem,
        latency_ms=round(sighting.seconds * 1000, 2) if sighting.seconds is not None else None,
    )
