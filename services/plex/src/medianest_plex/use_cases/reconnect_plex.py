"""The owner has changed the password, or the household another server: no restart, and nothing is lost."""

from medianest_common.bus import require
from medianest_common.contracts.identity import Permission
from medianest_common.contracts.plex.connection import ConnectionChanged, PlexConnection, ReconnectPlex
from medianest_plex.adapters.answers import TokenRefused
from medianest_plex.app import PlexApp
from medianest_plex.audience import owner_token_refused
from medianest_plex.auditing import decided
from medianest_plex.connection import Connection
from medianest_plex.errors import NoSuchServer, PlexNotSetUp, TokenNotTaken
from medianest_plex.settings import CLAIM
from medianest_plex.use_cases.get_plex_connection import present_connection


async def reconnect_plex(app: PlexApp, command: ReconnectPlex) -> PlexConnection:
    """Nothing changes unless the token opens what was asked for."""
    require(Permission.MANAGE_SERVICES)
    connection, watch = app.reached.connection, app.reached.watch
    token = (command.token or connection.account.token).strip()
    if not token:
        raise PlexNotSetUp(app.settings.plex_missing or "")
    if not (token.isascii() and token.isprintable()):
        raise TokenNotTaken("It holds characters that no token has.")
    if token.startswith(CLAIM):
        raise TokenNotTaken(
            "This is a claim code, which only sets up a new server. Give the X-Plex-Token of its owner."
        )
    try:
        server = await _opened(app, connection, token, wanted=command.machine_identifier)
    except TokenRefused:
        if command.token is None:
            raise owner_token_refused() from None
        raise TokenNotTaken("It has to be the present token of the account that owns the server.") from None
    async with app.db.transaction() as tx:
        if command.token or command.machine_identifier:
            await connection.account.give(token, machine_identifier=server, tx=tx)
        tx.emit(ConnectionChanged())
        decided(tx, "plex_reconnect", f"plex_server:{server}")
    await connection.take_up()
    await connection.ready()
    watch.look_anew()
    return await present_connection(app)


async def _opened(app: PlexApp, connection: Connection, token: str, *, wanted: str | None) -> str:
    """The machine identifier of the server that this token opens for its owner, and that is wanted."""
    if connection.is_manual:
        found = (await app.reached.pms.about(token=token)).machine_identifier
        if wanted is not None and wanted != found:
            raise NoSuchServer("Another server answers at MEDIANEST_PLEX_URL, which decides while it is set.")
        return found
    server = await connection.owned_server(token, wanted=wanted)
    if server is None:
        raise NoSuchServer("Look at the list of servers for those that the account owns.")
    return server.machine_identifier
