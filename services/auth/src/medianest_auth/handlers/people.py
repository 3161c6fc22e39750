"""Accounts, one's own and those of others."""

from medianest_auth.app import AuthApp
from medianest_auth.erasures import collect_erasure, forget_on_bus, get_erasure
from medianest_auth.handlers.base import handlers
from medianest_auth.revocations import lately_revoked
from medianest_auth.use_cases.change_profile import change_profile
from medianest_auth.use_cases.change_user import change_user, make_owner, sign_out_user
from medianest_auth.use_cases.confirm_email import confirm_email
from medianest_auth.use_cases.count_accounts import count_accounts
from medianest_auth.use_cases.delete_user import delete_account, delete_user
from medianest_auth.use_cases.export_user_data import export_user_data
from medianest_auth.use_cases.read_accounts import get_user, list_users
from medianest_auth.use_cases.tell_suspended import tell_suspended
from medianest_common.contracts import gateway, health, media, notifications, plex, youtube
from medianest_common.contracts.auth import people
from medianest_common.contracts.base import Nothing, Page
from medianest_common.contracts.personal import DataErased, PersonalData
from medianest_common.db import Transaction


@handlers.rpc
async def users(query: people.ListUsers, app: AuthApp) -> Page[people.Account]:
    return await list_users(app, query)


@handlers.rpc
async def one_user(query: people.GetUser, app: AuthApp) -> people.Account:
    return await get_user(app, query)


@handlers.rpc
async def on_change_user(command: people.ChangeUser, app: AuthApp) -> people.Account:
    return await change_user(app, command)


@handlers.rpc
async def on_sign_out_user(command: people.SignOutUser, app: AuthApp) -> Nothing:
    return await sign_out_user(app, command)


@handlers.rpc
async def on_make_owner(command: people.MakeOwner, app: AuthApp) -> people.Account:
    return await make_owner(app, command)


@handlers.rpc
async def on_delete_user(command: people.DeleteUser, app: AuthApp) -> Nothing:
    return await delete_user(app, command)


@handlers.rpc
async def on_change_profile(command: people.ChangeProfile, app: AuthApp) -> people.Profile:
    return await change_profile(app, command)


@handlers.rpc
async def on_confirm_email(command: people.ConfirmEmail, app: AuthApp) -> Nothing:
    return await confirm_email(app, command)


@handlers.rpc
async def on_export(query: people.ExportUserData, app: AuthApp) -> PersonalData:
    return await export_user_data(app, query)


@handlers.rpc
async def on_leave(command: people.Leave, app: AuthApp) -> Nothing:
    return await delete_account(app, command)


@handlers.rpc
async def erasure(query: people.GetErasure, app: AuthApp) -> people.Erasure:
    return await get_erasure(app, query)


@handlers.job(concurrency=1, ack_wait=60)
async def forget_on_the_bus(job: people.ForgetEvents, app: AuthApp) -> None:
    await forget_on_bus(app, job)


@handlers.on(
    gateway.UserDataErased,
    health.UserDataErased,
    media.UserDataErased,
    notifications.UserDataErased,
    plex.UserDataErased,
    youtube.UserDataErased,
)
async def on_erased(event: DataErased, app: AuthApp, tx: Transaction) -> None:
    await collect_erasure(app, tx, event)


@handlers.rpc
async def revocations(query: people.GetRevocations, app: AuthApp) -> people.Revocations:
    return await lately_revoked(app)


@handlers.every(3600)
async def keep_suspended_told(app: AuthApp) -> None:
    await tell_suspended(app.db)


@handlers.rpc
async def on_count_accounts(query: people.CountAccounts, app: AuthApp) -> people.AccountCounts:
    return await count_accounts(app)
