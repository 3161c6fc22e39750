"""What the plex service, the clock and administrators ask about people with access to the Plex server."""

from medianest_auth.app import AuthApp
from medianest_auth.handlers.base import handlers
from medianest_auth.use_cases.check_plex_access import check_plex_access_when_due, member_refused
from medianest_auth.use_cases.import_plex_members import import_plex_members, list_plex_candidates
from medianest_common.contracts.auth import plex_access
from medianest_common.contracts.plex import MemberRefused
from medianest_common.db import Transaction

LOOK_SECONDS = 60.0


@handlers.rpc
async def plex_candidates(query: plex_access.ListPlexCandidates, app: AuthApp) -> plex_access.PlexCandidates:
    return await list_plex_candidates(app, query)


@handlers.rpc
async def plex_import(command: plex_access.ImportPlexMembers, app: AuthApp) -> plex_access.PlexImport:
    return await import_plex_members(app, command)


@handlers.on(MemberRefused)
async def plex_refused(event: MemberRefused, app: AuthApp, tx: Transaction) -> None:
    await member_refused(app, event, tx)


@handlers.every(LOOK_SECONDS)
async def plex_access_due(app: AuthApp) -> None:
    await check_plex_access_when_due(app)
