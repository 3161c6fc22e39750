"""What every way of signing in ends with."""

from hashlib import sha256
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Depends, Request, Response
from fastapi.responses import RedirectResponse

from medianest_common.bus import current
from medianest_common.contracts.auth import ClientInfo, SecondFactor, SignedIn, SignInResult, User
from medianest_common.contracts.base import Contract
from medianest_common.contracts.identity import Caller
from medianest_common.web.exchange import exchange_of
from medianest_gateway.app import GatewayApp
from medianest_gateway.routes.common import Gateway


class SignedInBody(Contract):
    """`refresh_token` only for native clients; a browser has it in a cookie that no script can read."""

    user: User
    access_token: str
    expires_in: int
    csrf_token: str
    refresh_token: str | None = None


class SecondFactorBody(Contract):
    """The password or provider was right; show one of `methods` to `/auth/login/mfa` within `expires_in` seconds."""

    mfa_required: bool = True
    challenge_id: str
    methods: list[SecondFactor]
    expires_in: int


async def client_info(request: Request, gateway: Gateway) -> ClientInfo:
    # A trusted proxy that names no client is nobody's address, and must not be counted or shut out as one.
    hidden = exchange_of(request.scope).is_from_proxy
    client: Any = None if hidden else request.scope.get("client")
    caller = current().caller
    return ClientInfo(
        ip=client[0] if client else "",
        user_agent=request.headers.get("user-agent", "")[:512],
        browser_binding=_binding(request, gateway, caller),
        device_token=request.cookies.get(gateway.cookies.device, "")[:64],
        session_id=caller.session_id if caller and caller.scopes is None else None,
    )


def _binding(request: Request, gateway: GatewayApp, caller: Caller | None) -> str:
    """A browser that has signed in has no pre-login cookie any more; its session is as much its own."""
    bound = gateway.cookies.binding(request.cookies)
    if bound or caller is None or caller.scopes is not None:
        return bound
    return sha256(f"session:{caller.session_id}".encode()).hexdigest()


Client = Annotated[ClientInfo, Depends(client_info)]


def signed_in_response(
    gateway: GatewayApp, signed_in: SignedIn, *, native: bool, status: int = 200
) -> Response:
    token = gateway.csrf.issue(binding=str(signed_in.session_id))
    body = SignedInBody(
        user=signed_in.user,
        access_token=signed_in.access_token,
        expires_in=signed_in.expires_in,
        csrf_token=token,
        refresh_token=signed_in.refresh_token if native else None,
    )
    response = Response(
        body.model_dump_json(exclude_none=not native), status_code=status, media_type="application/json"
    )
    if not native:
        gateway.cookies.sign_in(response, signed_in, csrf_token=token)
    return response


def sign_in_response(gateway: GatewayApp, result: SignInResult, *, native: bool) -> Response:
    """Signed in, or the question for a second factor; either is 200."""
    if result.signed_in:
        return signed_in_response(gateway, result.signed_in, native=native)
    asked = result.second_factor
    assert asked, "a sign-in ends in one of the two"
    body = SecondFactorBody(
        challenge_id=asked.challenge_id, methods=asked.methods, expires_in=asked.expires_in
    )
    return Response(body.model_dump_json(), media_type="application/json")


def sign_in_redirect(gateway: GatewayApp, result: SignInResult, *, path: str = "/") -> Response:
    """For a browser that comes back from elsewhere: into the portal, or to where the second factor is shown."""
    base = gateway.settings.base_path
    if result.signed_in:
        response = RedirectResponse(f"{base}{path}", status_code=303)
        token = gateway.csrf.issue(binding=str(result.signed_in.session_id))
        gateway.cookies.sign_in(response, result.signed_in, csrf_token=token)
        return response
    asked = result.second_factor
    assert asked, "a sign-in ends in one of the two"
    # Behind the `#` it reaches the page and no log.
    methods = ",".join(asked.methods)
    onward = f"&returnTo={quote(path, safe='/')}" if path != "/" else ""
    return RedirectResponse(
        f"{base}/?signIn=MFA_REQUIRED#challenge={asked.challenge_id}&methods={methods}{onward}",
        status_code=303,
    )
