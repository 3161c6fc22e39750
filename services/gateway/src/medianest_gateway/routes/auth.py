"""Signing in and out. Tokens go into cookies here and nowhere else; a page never sees a refresh token."""

from typing import Annotated
from uuid import UUID

from fastapi import Header, Request, Response
from fastapi.responses import RedirectResponse

from medianest_common.bus import current, require_caller
from medianest_common.contracts import auth
from medianest_common.contracts.base import Contract
from medianest_common.errors import BadRequest, MediaNestError, Unauthenticated
from medianest_common.security.csrf import CSRF_HEADER
from medianest_common.web import Router, problems
from medianest_common.web.exchange import exchange_of
from medianest_common.web.problems import problem_response
from medianest_gateway.routes.common import PUBLIC, Gateway, gateway, passed_through
from medianest_gateway.routes.signing_in import (
    Client,
    SecondFactorBody,
    SignedInBody,
    client_info,
    sign_in_redirect,
    sign_in_response,
    signed_in_response,
)

router = Router(tags=["Sign-in"], responses=problems(401, 403, 422, 429, 503, 504))

PASSWORD_SECONDS = 6.0
PLEX_SECONDS = 12.0

Native = Annotated[
    str | None,
    Header(alias="X-MediaNest-Client", description="`native` to get the refresh token in the body"),
]


class CsrfToken(Contract):
    token: str
    header_name: str = CSRF_HEADER


class Linked(Contract):
    """The sign-in at Plex was started by `/auth/identities/plex`: the account is one more way to sign in now."""

    linked: bool = True


class Pending(Contract):
    """The person has not yet agreed at Plex; ask again after `poll_interval` seconds."""

    status: str = "pending"
    poll_interval: int = 2


@router.get("/csrf", response_model=CsrfToken, openapi_extra=PUBLIC)
@router.get("/csrf/token", response_model=CsrfToken, include_in_schema=False)
@router.post("/csrf/refresh", name="refresh_csrf", response_model=CsrfToken, openapi_extra=PUBLIC)
async def get_csrf(request: Request) -> Response:
    """A token for this session, or for this browser before it has one; also set as a readable cookie."""
    nest = await gateway(request)
    caller = current().caller
    secret = nest.cookies.pre_login_secret(request.cookies)
    binding = str(caller.session_id) if caller else secret
    token = request.cookies.get(nest.cookies.csrf, "")
    # All pages of a browser share one cookie: another token would make those that they hold invalid.
    if request.method != "GET" or not nest.csrf.is_valid(token, binding=binding):
        token = nest.csrf.issue(binding=binding)
    response = Response(CsrfToken(token=token).model_dump_json(), media_type="application/json")
    nest.cookies.set_csrf(response, token)
    # Also for who is signed in: signing in anew may lead to a provider and back, longer than an access token lives.
    nest.cookies.set_pre_login(response, secret)
    return response


@router.get("/auth/providers", response_model=auth.Providers, openapi_extra=PUBLIC)
async def get_providers(gateway: Gateway) -> Response:
    """Which ways to sign in are on, and whether the first owner is still to be made."""
    return await passed_through(gateway.bus, auth.GetProviders())


@router.post(
    "/auth/setup",
    status_code=201,
    response_model=SignedInBody,
    responses=problems(404, 409),
    openapi_extra=PUBLIC,
)
async def set_up_owner(
    gateway: Gateway, body: auth.SetUpBody, client: Client, native: Native = None
) -> Response:
    """Makes the first owner. There is one winner, ever."""
    command = auth.SetUpOwner(
        setup_token=body.setup_token,
        name=body.name,
        email=body.email,
        password=body.password.get_secret_value(),
        client=client,
    )
    signed_in = await gateway.bus.call(command, timeout=PASSWORD_SECONDS)
    return signed_in_response(gateway, signed_in, native=native == "native", status=201)


@router.post("/auth/login", response_model=SignedInBody | SecondFactorBody, openapi_extra=PUBLIC)
async def sign_in(gateway: Gateway, body: auth.LoginBody, client: Client, native: Native = None) -> Response:
    """With a second factor it answers `mfaRequired` and a challenge for `/auth/login/mfa`. Body and time
    of a 401 are the same whatever was wrong.
    """
    command = auth.SignIn(
        email=body.email,
        password=body.password.get_secret_value(),
        remember_me=body.remember_me,
        client=client,
    )
    result = await gateway.bus.call(command, timeout=PASSWORD_SECONDS)
    return sign_in_response(gateway, result, native=native == "native")


@router.post("/auth/refresh", response_model=SignedInBody, openapi_extra=PUBLIC)
async def refresh_session(
    request: Request,
    gateway: Gateway,
    client: Client,
    body: auth.RefreshBody | None = None,
    native: Native = None,
) -> Response:
    """A new pair of tokens; the old refresh token is void. Shown twice, it ends the session: 401
    `TOKEN_REUSED`.
    """
    token = (body and body.refresh_token) or request.cookies.get(gateway.cookies.refresh)
    if not token:
        raise Unauthenticated("There is no session to renew. Sign in again.")
    try:
        signed_in = await gateway.bus.call(auth.RefreshSession(refresh_token=token, client=client), timeout=3)
    except MediaNestError as error:
        if error.status != 401:
            raise
        response = problem_response(error, exchange_of(request.scope))
        gateway.cookies.sign_out(response)
        return response
    return signed_in_response(gateway, signed_in, native=native == "native")


@router.post("/auth/logout", status_code=204)
async def sign_out(gateway: Gateway, body: auth.LogoutBody | None = None) -> Response:
    """Felt everywhere within a second. `allSessions` ends those on other devices too."""
    require_caller()
    await gateway.bus.call(auth.EndSession(all_sessions=bool(body and body.all_sessions)))
    response = Response(status_code=204)
    gateway.cookies.sign_out(response)
    return response


@router.get("/auth/session", response_model=auth.SessionView)
async def get_session(gateway: Gateway) -> Response:
    """Who one is, and the session that one came with."""
    return await passed_through(gateway.bus, auth.GetSession())


@router.delete("/auth/devices/{id:uuid}", status_code=204, responses=problems(404))
async def revoke_device(gateway: Gateway, id: UUID) -> None:
    """Signs out there. Ending the present session is signing out."""
    await gateway.bus.call(auth.RevokeSession(session_id=id))


@router.post("/auth/plex/pin", response_model=auth.PlexSignIn, openapi_extra=PUBLIC)
async def start_plex_sign_in(gateway: Gateway, client: Client) -> Response:
    """The PIN and its token stay on the server; the page gets an address to send the person to."""
    if not client.browser_binding:
        raise BadRequest("Fetch /api/v1/csrf first, so that the sign-in can be tied to this browser.")
    return await passed_through(gateway.bus, auth.StartPlexSignIn(client=client), timeout=PLEX_SECONDS)


@router.post(
    "/auth/plex/verify",
    response_model=SignedInBody | SecondFactorBody | Linked,
    responses={202: {"model": Pending, "description": "Not yet agreed"}, **problems(404, 409, 410)},
    openapi_extra=PUBLIC,
)
async def verify_plex_sign_in(
    gateway: Gateway, body: auth.PlexVerifyBody, client: Client, native: Native = None
) -> Response:
    """202 until the PIN is confirmed at Plex: ask again after `pollInterval` seconds. 410 once it has run
    out.
    """
    state = await gateway.bus.call(
        auth.VerifyPlexSignIn(login_id=body.login_id, client=client), timeout=PLEX_SECONDS
    )
    if state.linked:
        return Response(Linked().model_dump_json(), media_type="application/json")
    if state.result is None:
        return Response(Pending().model_dump_json(), status_code=202, media_type="application/json")
    return sign_in_response(gateway, state.result, native=native == "native")


returning = Router(include_in_schema=False)


@returning.get("/login/plex/{login_id}")
async def return_from_plex(request: Request, gateway: Gateway, login_id: str) -> Response:
    """Where Plex sends the browser back to. Only the browser that began can finish, so a link sent on does nothing."""
    message = auth.VerifyPlexSignIn(login_id=login_id, client=await client_info(request, gateway))
    try:
        state = await gateway.bus.call(message, timeout=PLEX_SECONDS)
    except MediaNestError as error:
        return RedirectResponse(f"{gateway.settings.base_path}/?signIn={error.code}", status_code=303)
    if state.linked:
        return RedirectResponse(f"{gateway.settings.base_path}/?signIn=LINKED&provider=plex", status_code=303)
    if state.result is None:
        return RedirectResponse(f"{gateway.settings.base_path}/?signIn=PENDING", status_code=303)
    return sign_in_redirect(gateway, state.result)


keys = Router(tags=["Sign-in"])


@keys.get("/.well-known/jwks.json", response_model=auth.Jwks, openapi_extra=PUBLIC)
async def get_jwks(gateway: Gateway) -> Response:
    """Public keys, for whoever checks access tokens without asking here. An old key stays until its last
    token is over.
    """
    response = await passed_through(gateway.bus, auth.GetJwks())
    response.headers["Cache-Control"] = "public, max-age=300"
    return response
