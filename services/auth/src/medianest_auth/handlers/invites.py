"""Invitations."""

from medianest_auth.app import AuthApp
from medianest_auth.handlers.base import handlers
from medianest_auth.use_cases.accept_invite import accept_invite, look_at_invite
from medianest_auth.use_cases.create_invite import create_invite
from medianest_auth.use_cases.manage_invites import list_invites, revoke_invite
from medianest_common.contracts import auth
from medianest_common.contracts.auth import invites
from medianest_common.contracts.base import Nothing, Page


@handlers.rpc
async def invite(command: invites.CreateInvite, app: AuthApp) -> invites.NewInvite:
    return await create_invite(app, command)


@handlers.rpc
async def all_invites(query: invites.ListInvites, app: AuthApp) -> Page[invites.Invite]:
    return await list_invites(app, query)


@handlers.rpc
async def take_back_invite(command: invites.RevokeInvite, app: AuthApp) -> Nothing:
    return await revoke_invite(app, command)


@handlers.rpc
async def look_at(query: invites.LookAtInvite, app: AuthApp) -> invites.InviteView:
    return await look_at_invite(app, query)


@handlers.rpc
async def accept(command: invites.AcceptInvite, app: AuthApp) -> auth.SignInResult:
    return await accept_invite(app, command)
