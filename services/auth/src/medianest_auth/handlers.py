"""What arrives from the bus, and what runs by the clock."""

from medianest_auth import jobs
from medianest_auth.app import AuthApp
from medianest_auth.use_cases.end_session import end_session, revoke_session
from medianest_auth.use_cases.get_providers import get_providers
from medianest_auth.use_cases.list_users import list_users
from medianest_auth.use_cases.read_sessions import get_session, list_sessions
from medianest_auth.use_cases.refresh_session import refresh_session
from medianest_auth.use_cases.set_up_owner import set_up_owner
from medianest_auth.use_cases.sign_in import sign_in
from medianest_auth.use_cases.start_plex_sign_in import start_plex_sign_in
from medianest_auth.use_cases.verify_plex_sign_in import verify_plex_sign_in
from medianest_common.bus import Handlers
from medianest_common.contracts import auth
from medianest_common.contracts.base import Nothing, Page

handlers = Handlers("auth")


@handlers.rpc
async def jwks(query: auth.GetJwks, app: AuthApp) -> auth.Jwks:
    return auth.Jwks(keys=await app.signing.published())


@handlers.rpc
async def providers(query: auth.GetProviders, app: AuthApp) -> auth.Providers:
    return await get_providers(app)


@handlers.rpc
async def set_up(command: auth.SetUpOwner, app: AuthApp) -> auth.SignedIn:
    return await set_up_owner(app, command)


@handlers.rpc
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
async def sessions(query: auth.ListSessions, app: AuthApp) -> Page[auth.Session]:
    return await list_sessions(app)


@handlers.rpc
async def users(query: auth.ListUsers, app: AuthApp) -> Page[auth.User]:
    return await list_users(app, query)


@handlers.listen(auth.KeysChanged)
async def keys_changed(event: auth.KeysChanged, app: AuthApp) -> None:
    app.signing.forget()


handlers.every(jobs.RESTORE_SECONDS)(jobs.restore_denied)
handlers.every(30)(jobs.forget_answers)
handlers.every(3600)(jobs.rotate_signing_keys)
handlers.every(3600)(jobs.forget_the_past)
