"""Accounts elsewhere."""

from medianest_auth.app import AuthApp
from medianest_auth.handlers.base import handlers
from medianest_auth.use_cases.leave_for_provider import leave_for_provider
from medianest_auth.use_cases.manage_identities import list_identities, start_linking, unlink_identity
from medianest_auth.use_cases.return_from_provider import return_from_provider
from medianest_common.contracts.auth import providers as elsewhere
from medianest_common.contracts.base import Nothing, Page


@handlers.rpc
async def leave(command: elsewhere.LeaveForProvider, app: AuthApp) -> elsewhere.ProviderAddress:
    return await leave_for_provider(app, command)


@handlers.rpc
async def come_back(command: elsewhere.ReturnFromProvider, app: AuthApp) -> elsewhere.ReturnedFromProvider:
    return await return_from_provider(app, command)


@handlers.rpc
async def identities(query: elsewhere.ListIdentities, app: AuthApp) -> Page[elsewhere.Identity]:
    return await list_identities(app, query)


@handlers.rpc
async def link(command: elsewhere.StartLinking, app: AuthApp) -> elsewhere.LinkingStarted:
    return await start_linking(app, command)


@handlers.rpc
async def unlink(command: elsewhere.UnlinkIdentity, app: AuthApp) -> Nothing:
    return await unlink_identity(app, command)
