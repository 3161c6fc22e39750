"""Personal tokens, and what the gateway asks about sessions and tokens."""

from medianest_auth.app import AuthApp
from medianest_auth.handlers.base import handlers
from medianest_auth.use_cases.create_personal_token import create_personal_token
from medianest_auth.use_cases.manage_personal_tokens import list_personal_tokens, revoke_personal_token
from medianest_auth.use_cases.vouch import check_personal_token, check_session, tell_tokens_used
from medianest_common.contracts.auth import tokens
from medianest_common.contracts.base import Nothing, Page


@handlers.rpc
async def make_token(command: tokens.CreatePersonalToken, app: AuthApp) -> tokens.NewPersonalToken:
    return await create_personal_token(app, command)


@handlers.rpc
async def tokens_of(query: tokens.ListPersonalTokens, app: AuthApp) -> Page[tokens.PersonalToken]:
    return await list_personal_tokens(app, query)


@handlers.rpc
async def end_token(command: tokens.RevokePersonalToken, app: AuthApp) -> Nothing:
    return await revoke_personal_token(app, command)


@handlers.rpc
async def vouch_for_token(query: tokens.CheckPersonalToken, app: AuthApp) -> tokens.Vouched:
    return await check_personal_token(app, query)


@handlers.rpc
async def vouch_for_session(query: tokens.CheckSession, app: AuthApp) -> tokens.Vouched:
    return await check_session(app, query)


@handlers.rpc
async def tokens_used(command: tokens.TellTokensUsed, app: AuthApp) -> Nothing:
    return await tell_tokens_used(app, command)
