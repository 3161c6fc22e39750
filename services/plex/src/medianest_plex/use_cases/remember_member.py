from typing import Any

from medianest_common.contracts.auth import UserChange
from medianest_common.contracts.base import Nothing
from medianest_common.contracts.plex import RememberMember
from medianest_common.contracts.plex.connection import ConnectionChanged
from medianest_common.db import Transaction
from medianest_plex.app import PlexApp
from medianest_plex.audience import cell
from medianest_plex.models import Member
from medianest_plex.repository import Members, present_server
from medianest_plex.watchlists import Watchlists


async def remember_member(app: PlexApp, command: RememberMember) -> Nothing:
    """Which libraries they see is asked again at their next look; until then they see the same as before."""
    async with app.db.transaction() as tx:
        members = Members(tx.session)
        await members.delete(Member.plex_id == command.plex_id, Member.user_id != command.user_id)
        await members.remember(
            {
                "user_id": command.user_id,
                "plex_id": command.plex_id,
                "server_token": app.seal.seal(command.server_token, cell=cell(command.user_id)),
                "restricted": command.restricted,
                "owns_server": command.owns_server,
                "sections_checked_at": None,
                "remembered_at": app.clock.now(),
            }
        )
        await _use_account(app, command, tx)
    await app.cache.invalidate_tag(command.user_id.hex)
    return Nothing()


async def _use_account(app: PlexApp, command: RememberMember, tx: Transaction) -> None:
    """What the owner of our server signs in with is used from then on: the token before it may be dead."""
    connection, token = app.reached.connection, command.account_token
    if not (command.owns_server and token and command.machine_identifier):
        return
    server = await present_server(await tx.session.connection())
    ours = connection.account.server or (server.machine_identifier if server else None)
    if ours != command.machine_identifier or token == connection.account.token:
        return
    await connection.account.give(
        token, machine_identifier=command.machine_identifier, tx=tx, user_id=command.user_id
    )
    tx.emit(ConnectionChanged())


async def expect_member(app: PlexApp, event: UserChange, tx: Transaction) -> None:
    """Whoever has a Plex account sees nothing before their token has been told, rather than everything."""
    if event.plex_id is None:
        await Watchlists(tx.session).forget_account(event.user_id)
        return
    unknown: dict[str, Any] = {
        "user_id": event.user_id,
        "plex_id": event.plex_id,
        "server_token": None,
        "restricted": True,
        "owns_server": False,
        "remembered_at": app.clock.now(),
    }
    await Members(tx.session).add_new(unknown)
