"""What routes share: the application, the present caller, and answers passed through as they came."""

from typing import Annotated, Any, cast

from fastapi import Depends, Request, Response

from medianest_common.bus import Bus, require_caller
from medianest_common.contracts.base import Rpc
from medianest_common.web.exchange import exchange_of
from medianest_gateway.app import GatewayApp


# Dependencies are coroutines throughout: FastAPI sends plain functions to a thread, for every request.
async def gateway(request: Request) -> GatewayApp:
    return cast(GatewayApp, request.app.state.gateway)


Gateway = Annotated[GatewayApp, Depends(gateway)]

JSON = "application/json"

ADMINISTRATION = ("/api/v1/admin/", "/api/v1/health/details")

PUBLIC: dict[str, Any] = {"security": []}
"""For `openapi_extra` of a route that asks nobody who they are; every other one answers 401 without a caller."""


async def signed_in(request: Request) -> None:
    """Also that it is known who was signed out, where a mistake about that could do harm."""
    extra = request.scope["route"].openapi_extra or {}
    if extra.get("security") == PUBLIC["security"]:
        return
    exchange = exchange_of(request.scope)
    if exchange.refused is not None:
        raise exchange.refused
    require_caller()
    if exchange.is_unsafe or exchange.path.startswith(ADMINISTRATION):
        (await gateway(request)).access.require_certainty()


async def passed_through(bus: Bus, message: Rpc[Any], *, status: int = 200, timeout: float = 3.0) -> Response:
    """The service's JSON as it is; parsing it only to write it again would cost more than all else in the route."""
    return Response(await bus.call_raw(message, timeout=timeout), status_code=status, media_type=JSON)
