"""What goes on inside the suite: circuit breakers, and what broke and was mended."""

import asyncio
from typing import Annotated

from fastapi import Query, Request, Response

from medianest_common.bus import require
from medianest_common.contracts.base import Page
from medianest_common.contracts.health import inside
from medianest_common.contracts.health.findings import FindingSeverity, InstallationFindings, ReadFindings
from medianest_common.contracts.identity import Permission
from medianest_common.web import Router, problems
from medianest_gateway.door import at_the_door
from medianest_gateway.findings import found_beside
from medianest_gateway.routes.common import Gateway, passed_through

router = Router(prefix="/admin", tags=["Administration"], responses=problems(401, 403, 422, 429, 503, 504))

LOOKING_SECONDS = 6.0
_ASKING_SECONDS = 5.0


@router.get("/resilience", response_model=inside.ResilienceView)
async def read_resilience(gateway: Gateway) -> Response:
    """Every circuit breaker of every replica, asked at this moment; those that are not closed come first."""
    return await passed_through(gateway.bus, inside.ReadResilience(), timeout=_ASKING_SECONDS)


@router.get("/findings", response_model=InstallationFindings)
async def read_findings(gateway: Gateway, request: Request) -> InstallationFindings:
    """What is the matter with the installation, looked for at this moment, and what to do about it; the worst first."""
    require(Permission.SEE_INTERNALS)
    found, beside = await asyncio.gather(
        gateway.bus.call(ReadFindings(), timeout=LOOKING_SECONDS),
        found_beside(gateway.bus, gateway.settings, now=gateway.clock.now()),
    )
    door = at_the_door(gateway.settings, host=request.headers.get("host", ""))
    # The order of the enumeration is from the worst on, and that of equals stays.
    order = list(FindingSeverity)
    items = sorted([*door, *found.items, *beside], key=lambda each: order.index(each.severity))
    return InstallationFindings(items=items, unknown=found.unknown)


@router.post("/resilience/breakers/reset", response_model=inside.ResetDone)
async def reset_breakers(gateway: Gateway, body: inside.ResetBreakersBody) -> Response:
    """Lets calls through at once, in every replica that is reached; whatever is named narrows it down."""
    return await passed_through(gateway.bus, inside.ResetBreakers(body=body), timeout=_ASKING_SECONDS)


@router.get("/recoveries", response_model=Page[inside.Recovery], responses=problems(400))
async def list_recoveries(gateway: Gateway, query: Annotated[inside.ListRecoveries, Query()]) -> Response:
    """Newest first. Kept for 90 days."""
    return await passed_through(gateway.bus, query)
