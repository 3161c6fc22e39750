"""Passwords: changed, forgotten, reset."""

from medianest_auth.app import AuthApp
from medianest_auth.handlers.base import handlers
from medianest_auth.use_cases.change_password import change_password
from medianest_auth.use_cases.create_reset_link import create_reset_link
from medianest_auth.use_cases.forgot_password import ask_password_reset, send_reset_link
from medianest_auth.use_cases.reset_password import reset_password
from medianest_common.contracts.auth import passwords
from medianest_common.contracts.base import Nothing


@handlers.rpc
async def new_password(command: passwords.ChangePassword, app: AuthApp) -> passwords.PasswordOutcome:
    return await change_password(app, command)


@handlers.rpc
async def forgotten(command: passwords.AskPasswordReset, app: AuthApp) -> Nothing:
    return await ask_password_reset(app, command)


@handlers.job()
async def mail_reset_link(job: passwords.SendResetLink, app: AuthApp) -> None:
    await send_reset_link(app, job)


@handlers.rpc
async def reset(command: passwords.ResetPassword, app: AuthApp) -> Nothing:
    return await reset_password(app, command)


@handlers.rpc
async def reset_link(command: passwords.CreateResetLink, app: AuthApp) -> passwords.ResetLink:
    return await create_reset_link(app, command)
