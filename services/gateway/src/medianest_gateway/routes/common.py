"""What routes share: the application, the present caller, and answers passed through as they came."""

from typing import Annotated, Any, cast

from fastapi import Depends, Request, Response

from medianest_common.bus import Bus
from medianest_common.contracts.base import Rpc
from medianest_gateway.app import GatewayApp


def gateway(request: Request) -> GatewayApp:
    return cast(GatewayApp, request.app.state.gateway)


Gateway = Annotated[GatewayApp, Depends(gateway)]

JSON = "application/json"


async def passed_through(bus: Bus, message: Rpc[Any], *, status: int = 200, timeout: float = 3.0) -> Response:
    """The service's JSON as it is; parsing it only to write it again would cost more than all else in the route."""
    return Response(await bus.call_raw(message, timeout=timeout), status_code=status, media_type=JSON)
