"""Signing in, and sessions from then on; and what runs by the clock."""

from medianest_auth import history_jobs, jobs
from medianest_auth.app import AuthApp
from medianest_auth.erasures import ask_again
from medianest_auth.handlers.base import handlers
from medianest_auth.revocations import restore_denied
from medianest_auth.use_cases.end_session import end_session, revoke_session
from medianest_auth.use_cases.get_providers import get_providers
from medianest_auth.use_cases.read_sessions import get_me, get_session, list_sessions
from medianest_auth.use_cases.refresh_session import refresh_session
from medianest_auth.use_cases.set_up_owner import set_up_owner
from medianest_auth.use_cases.sign_in import sign_in
from medianest_auth.use_cases.start_plex_sign_in import start_plex_sign_in
from medianest_auth.use_cases.verify_plex_sign_in import verify_plex_sign_in
from medianest_common.contracts import auth
from medianest_common.contracts.base import Nothing, Page


@handlers.rpc
async def jwks(query: auth.GetJwks, app: AuthApp) -> auth.Jwks:
    return auth.Jwks(keys=await app.signing.published())


@handlers.rpc
async def providers(query: auth.GetProviders, app: AuthApp) -> auth.Providers:
    return await get_providers(app)


@handlers.rpc
async def set_up(command: auth.SetUpOwner, app: AuthApp) -> auth.SignedIn:
    return await set_up_owner(app, command)


@handlers.crowded_rpc(concurrency=256)
async def sign_in_with_password(command: auth.SignIn, app: AuthApp) -> auth.SignInResult:
    return await sign_in(app, command)


@handlers.rpc
async def start_plex(command: auth.StartPlexSignIn, app: AuthApp) -> auth.PlexSignIn:
    return await start_plex_sign_in(app, command)


@handlers.rpc
async def verify_plex(command: auth.VerifyPlexSignIn, app: AuthApp) -> auth.PlexSignInState:
    return await verify_plex_sign_in(app, command)


@handlers.rpc
async def refresh(command: auth.RefreshSession, app: AuthApp) -> auth.SignedIn:
    return await refresh_session(app, command)


@handlers.rpc
async def end(command: auth.EndSession, app: AuthApp) -> Nothing:
    return await end_session(app, command)


@handlers.rpc
async def revoke(command: auth.RevokeSession, app: AuthApp) -> Nothing:
    return await revoke_session(app, command)


@handlers.rpc
async def session(query: auth.GetSession, app: AuthApp) -> auth.SessionView:
    return await get_session(app)


@handlers.rpc
async def me(query: auth.GetMe, app: AuthApp) -> auth.User:
    return await get_me(app)


@handlers.rpc
async def sessions(query: auth.ListSessions, app: AuthApp) -> Page[auth.Session]:
    return await list_sessions(app)


@handlers.listen(auth.KeysChanged)
async def keys_changed(event: auth.KeysChanged, app: AuthApp) -> None:
    app.signing.forget()


handlers.every(jobs.RESTORE_SECONDS)(restore_denied)
handlers.every(30)(jobs.forget_answers)
handlers.every(600)(ask_again)
handlers.every(3600)(jobs.rotate_signing_keys)
handlers.every(3600)(jobs.forget_the_past)
handlers.every(history_jobs.CHAIN_SECONDS)(history_jobs.chain_audit)
handlers.every(60)(history_jobs.count_days)
handlers.every(3600)(history_jobs.forget_history)
