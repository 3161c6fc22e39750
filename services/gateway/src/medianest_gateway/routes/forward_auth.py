"""What reverse proxies ask before they let somebody into another site, and where a browser gets its pass for it."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import Query, Request, Response
from fastapi.responses import RedirectResponse

from medianest_common.bus import current
from medianest_common.contracts.auth.tokens import Vouched
from medianest_common.errors import BadRequest, Unauthenticated
from medianest_common.web import Router, problems
from medianest_common.web.exchange import exchange_of
from medianest_common.web.middleware.authentication import shown_token
from medianest_common.web.problems import problem_response
from medianest_gateway.app import GatewayApp
from medianest_gateway.forward_auth import PASS_LASTS, original_of, remote_headers
from medianest_gateway.routes.common import PUBLIC, Gateway

router = Router(tags=["Forward-auth"], responses=problems(400, 401, 403, 422, 429, 503, 504))

_FORWARD = "/api/v1/auth/forward"
_HEADERS = {
    name: {"schema": {"type": "string"}, "description": description}
    for name, description in {
        "Remote-User": "The person's id, or what MEDIANEST_FORWARD_AUTH_USER names",
        "Remote-Groups": "The role: owner, admin or user",
        "Remote-Name": "The name as it is shown; percent-encoded UTF-8",
        "Remote-Email": "The address, empty without one",
    }.items()
}


@router.get(
    "/auth/verify",
    response_class=Response,
    responses={
        200: {"description": "Signed in", "headers": _HEADERS},
        303: {"description": "A browser that has to sign in first"},
    },
    openapi_extra=PUBLIC,
)
async def verify_request(request: Request, gateway: Gateway) -> Response:
    """By a sign-in here, by a pass, or by a personal token with the scope `forward_auth`, as Bearer or as the password
    of Basic. A browser that names none of these is sent to sign in, if the site it came from is an allowed one."""
    vouched = await _vouched(request, gateway)
    if vouched:
        return Response(status_code=200, headers=remote_headers(vouched, gateway.settings))
    original = original_of(request.headers)
    back = gateway.sites.accepted(original.url) if original and original.is_page else None
    refusal = Unauthenticated("Sign in to the portal first.")
    if original is None or back is None:
        raise refusal
    location = f"{gateway.settings.base_url}{_FORWARD}?{urlencode({'to': back})}"
    if original.by_nginx:
        return problem_response(refusal, exchange_of(request.scope), headers={"Location": location})
    return RedirectResponse(location, status_code=303)


@router.get(
    "/auth/forward",
    status_code=303,
    response_class=RedirectResponse,
    openapi_extra=PUBLIC,
)
async def forward_with_pass(
    request: Request, gateway: Gateway, to: Annotated[str, Query(min_length=1, max_length=4096)]
) -> Response:
    """Gives a signed-in browser its pass and sends it on; any other to the sign-in page, which brings it back here."""
    back = gateway.sites.accepted(to)
    if back is None:
        raise BadRequest("This is not a site that the portal signs people in for.")
    principal = exchange_of(request.scope).principal
    if principal is None or not principal.by_cookie:
        query = urlencode({"signIn": "REQUIRED", "returnTo": f"{_FORWARD}?{urlencode({'to': back})}"})
        return RedirectResponse(f"{gateway.settings.base_path}/?{query}", status_code=303)
    response = RedirectResponse(back, status_code=303)
    caller = principal.caller
    shown = gateway.passes.issue(session_id=caller.session_id, user_id=caller.user_id)
    gateway.cookies.set_pass(response, shown, seconds=int(PASS_LASTS.total_seconds()))
    return response


async def _vouched(request: Request, gateway: GatewayApp) -> Vouched | None:
    caller = current().caller
    if caller and caller.scopes is not None:
        return await gateway.vouching.for_token(shown_token(request.headers["authorization"], basic=True))
    try:
        if caller:
            return await gateway.vouching.for_session(caller.session_id, user_id=caller.user_id)
        shown = gateway.passes.read(request.cookies.get(gateway.cookies.forward, ""))
        return await gateway.vouching.for_session(shown[0], user_id=shown[1]) if shown else None
    except Unauthenticated:
        return None
