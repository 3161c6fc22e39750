"""What every way of signing in ends with."""

from typing import Annotated, Any

from fastapi import Depends, Request, Response

from medianest_common.contracts.auth import ClientInfo, SignedIn, User
from medianest_common.contracts.base import Contract
from medianest_gateway.app import GatewayApp
from medianest_gateway.routes.common import Gateway


class SignedInBody(Contract):
    """`refresh_token` only for native clients; a browser has it in a cookie that no script can read."""

    user: User
    access_token: str
    expires_in: int
    csrf_token: str
    refresh_token: str | None = None


async def client_info(request: Request, gateway: Gateway) -> ClientInfo:
    client: Any = request.scope.get("client")
    return ClientInfo(
        ip=client[0] if client else "",
        user_agent=request.headers.get("user-agent", "")[:512],
        browser_binding=gateway.cookies.binding(request.cookies),
        device_token=request.cookies.get(gateway.cookies.device, "")[:64],
    )


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
