"""Signing in elsewhere, and which accounts elsewhere belong to one's own."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import Path, Query, Request, Response
from fastapi.responses import RedirectResponse

from medianest_common.contracts.auth import ClientInfo
from medianest_common.contracts.auth import providers as contract
from medianest_common.contracts.base import Page
from medianest_common.errors import BadRequest, MediaNestError
from medianest_common.web import Router, problems
from medianest_common.web.routing import acts
from medianest_gateway.app import GatewayApp
from medianest_gateway.routes.common import PUBLIC, Gateway, passed_through
from medianest_gateway.routes.signing_in import Client, sign_in_redirect

router = Router(tags=["Sign-in elsewhere"], responses=problems(401, 403, 422, 429, 503, 504))

SECONDS = 12.0

Provider = Annotated[str, Path(pattern="^[a-z][a-z0-9-]{0,31}$")]
FromProvider = Annotated[str | None, Query()]


@router.get(
    "/auth/oauth/{provider}/start",
    status_code=303,
    response_class=RedirectResponse,
    responses=problems(400, 404, 409, 502),
    openapi_extra=PUBLIC,
)
@acts
async def sign_in_elsewhere(
    request: Request,
    gateway: Gateway,
    provider: Provider,
    client: Client,
    return_to: Annotated[str, Query(alias="returnTo")] = "/",
    fresh: Annotated[bool, Query(description="The provider shall ask again who it is")] = False,
) -> Response:
    """For a link on the sign-in page. Whatever goes wrong brings a browser back to it, with `?signIn=CODE`."""
    secret = gateway.cookies.pre_login_secret(request.cookies)
    command = contract.LeaveForProvider(
        provider=provider, return_to=return_to, fresh=fresh, client=_bound(gateway, client, secret)
    )
    try:
        address = await gateway.bus.call(command, timeout=SECONDS)
    except MediaNestError as error:
        return _back(request, gateway, error, provider=provider)
    response = RedirectResponse(address.auth_url, status_code=303)
    gateway.cookies.set_pre_login(response, secret)
    return response


@router.post(
    "/auth/oauth/{provider}/start",
    response_model=contract.ProviderAddress,
    responses=problems(400, 404, 410, 502),
    openapi_extra=PUBLIC,
)
async def start_sign_in_elsewhere(
    request: Request,
    gateway: Gateway,
    provider: Provider,
    client: Client,
    body: contract.StartBody | None = None,
) -> Response:
    """The same for a page, which may hold an invitation: such a thing does not belong into an address."""
    body = body or contract.StartBody()
    secret = gateway.cookies.pre_login_secret(request.cookies)
    command = contract.LeaveForProvider(
        provider=provider,
        return_to=body.return_to,
        fresh=body.fresh,
        invite=body.invite,
        client=_bound(gateway, client, secret),
    )
    response = await passed_through(gateway.bus, command, timeout=SECONDS)
    gateway.cookies.set_pre_login(response, secret)
    return response


@router.get(
    "/auth/oauth/{provider}/callback",
    status_code=303,
    response_class=RedirectResponse,
    responses=problems(400, 404, 409, 410, 502),
    openapi_extra=PUBLIC,
)
@acts
async def finish_sign_in_elsewhere(
    request: Request,
    gateway: Gateway,
    provider: Provider,
    client: Client,
    state: FromProvider = None,
    code: FromProvider = None,
    error: FromProvider = None,
    iss: FromProvider = None,
) -> Response:
    """Where a provider sends the browser back to. Only the browser that began can finish."""
    try:
        for name in ("state", "code", "error", "iss"):
            if len(request.query_params.getlist(name)) > 1:
                raise BadRequest(f"There is more than one {name}.")
        command = contract.ReturnFromProvider(
            provider=provider, state=state, code=code, error=error, iss=iss, client=client
        )
        returned = await gateway.bus.call(command, timeout=SECONDS)
    except MediaNestError as failed:
        return _back(request, gateway, failed, provider=provider)
    if returned.result:
        return sign_in_redirect(gateway, returned.result, path=returned.return_path)
    return _page(gateway, "LINKED", provider=provider, path=returned.return_path)


@router.get("/auth/identities", response_model=Page[contract.Identity])
async def list_identities(gateway: Gateway) -> Response:
    """Which accounts elsewhere open one's own."""
    return await passed_through(gateway.bus, contract.ListIdentities())


@router.post(
    "/auth/identities/{provider}",
    response_model=contract.LinkingStarted,
    responses=problems(400, 404, 502),
)
async def link_identity(
    request: Request,
    gateway: Gateway,
    provider: Provider,
    client: Client,
    body: contract.LinkBody | None = None,
) -> Response:
    """Answers where to go to prove that the other account is one's own. Also for `plex`."""
    secret = gateway.cookies.pre_login_secret(request.cookies)
    command = contract.StartLinking(
        provider=provider,
        return_to=body.return_to if body else "/",
        client=_bound(gateway, client, secret),
    )
    response = await passed_through(gateway.bus, command, timeout=SECONDS)
    gateway.cookies.set_pre_login(response, secret)
    return response


@router.delete("/auth/identities/{provider}", status_code=204, responses=problems(404, 409))
async def unlink_identity(gateway: Gateway, provider: Provider, client: Client) -> None:
    """409 where it is the last way to sign in. Needs a fresh sign-in."""
    await gateway.bus.call(contract.UnlinkIdentity(provider=provider, client=client))


def _bound(gateway: GatewayApp, client: ClientInfo, secret: str) -> ClientInfo:
    """The flow belongs to the secret that the answer leaves in this browser, whether or not it came with one."""
    binding = gateway.cookies.binding({gateway.cookies.pre_login: secret})
    return client.model_copy(update={"browser_binding": binding})


def _back(request: Request, gateway: GatewayApp, error: MediaNestError, *, provider: str) -> Response:
    """A browser goes to the page that can explain it; anything else is told in the way of all problems."""
    if "text/html" not in request.headers.get("accept", ""):
        raise error
    return _page(gateway, error.code, provider=provider)


def _page(gateway: GatewayApp, code: str, *, provider: str, path: str = "/") -> Response:
    page, hash_mark, fragment = path.partition("#")
    query = urlencode({"signIn": code, "provider": provider})
    target = f"{page}{'&' if '?' in page else '?'}{query}{hash_mark}{fragment}"
    return RedirectResponse(f"{gateway.settings.base_path}{target}", status_code=303)
