"""People as the auth service tells of them, and their own data."""

from medianest_common.contracts.auth import UserChange, UserChanged, UserCreated
from medianest_common.contracts.auth.people import UserDeleted
from medianest_common.contracts.base import Nothing
from medianest_common.contracts.personal import PersonalData
from medianest_common.contracts.plex import (
    ExportUserData,
    ForgetEvents,
    RememberMember,
)
from medianest_common.db import Transaction
from medianest_plex import jobs
from medianest_plex.app import PlexApp
from medianest_plex.handlers.base import handlers
from medianest_plex.use_cases import remember_member as members
from medianest_plex.use_cases.erase_member import erase_member, forget_told
from medianest_plex.use_cases.export_member import export_member
from medianest_plex.use_cases.tell_access import tell_access


@handlers.rpc
async def remember_member(command: RememberMember, app: PlexApp) -> Nothing:
    return await members.remember_member(app, command)


@handlers.rpc
async def export_user_data(query: ExportUserData, app: PlexApp) -> PersonalData:
    return await export_member(app, query)


@handlers.every(jobs.ACCESS_SECONDS)
async def keep_access_told(app: PlexApp) -> None:
    await tell_access(app)


@handlers.on(UserDeleted)
async def member_left(event: UserDeleted, app: PlexApp, tx: Transaction) -> None:
    await erase_member(app, event, tx)


@handlers.job(concurrency=1, ack_wait=60)
async def forget_what_was_told(job: ForgetEvents, app: PlexApp) -> None:
    await forget_told(app, job)


@handlers.on(UserCreated, UserChanged)
async def expect_member(event: UserChange, app: PlexApp, tx: Transaction) -> None:
    await members.expect_member(app, event, tx)
