"""Whether we live, whether we can work, and what is up around us."""

from typing import Any
from uuid import UUID

from fastapi import Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from medianest_common.bus import require
from medianest_common.contracts import health
from medianest_common.contracts.base import Contract, Page
from medianest_common.contracts.health.managing import GetMonitor
from medianest_common.contracts.identity import Permission
from medianest_common.contracts.platform import CheckStatus, Liveness
from medianest_common.errors import Unauthenticated
from medianest_common.web import Router, problems
from medianest_common.web.ops import may_read_metrics
from medianest_gateway.details import Details, look_inside
from medianest_gateway.readiness import Overview
from medianest_gateway.routes.common import PUBLIC, Gateway, passed_through

root = Router(tags=["Health"])
router = Router(tags=["Health"], responses=problems(401, 403, 429, 503, 504))

_ALIVE = Liveness().model_dump_json().encode()


class PublicCheck(Contract):
    name: str
    status: CheckStatus
    latency_ms: float | None = None


class PublicHealth(Contract):
    status: CheckStatus
    checks: list[PublicCheck]


@root.get("/health", name="get_health", response_model=Liveness, openapi_extra=PUBLIC)
@root.get("/health/live", name="get_liveness", response_model=Liveness, openapi_extra=PUBLIC)
async def live() -> Response:
    """While the process lives. Costs nothing: for a probe that restarts what no longer answers."""
    return Response(_ALIVE, media_type="application/json")


@root.get(
    "/health/ready",
    name="get_readiness",
    response_model=PublicHealth,
    responses={503: {"model": PublicHealth}},
    openapi_extra=PUBLIC,
)
async def ready(gateway: Gateway) -> Response:
    """Every service is asked over the bus. No versions, hosts or messages: this answer is public."""
    overview = await Overview(gateway.bus, valkey=gateway.valkey).take()
    overall = overview.status
    if overall is not CheckStatus.DOWN and not await gateway.access.knows_keys():
        overall = CheckStatus.DOWN
    body = PublicHealth(
        status=overall,
        checks=[PublicCheck(name=c.name, status=c.status, latency_ms=c.latency_ms) for c in overview.checks],
    )
    status = 503 if overall is CheckStatus.DOWN else 200
    headers = {"Retry-After": "2"} if status == 503 else None
    return Response(
        body.model_dump_json(), status_code=status, media_type="application/json", headers=headers
    )


router.add_api_route(
    "/health",
    ready,
    name="get_health_of_parts",
    methods=["GET"],
    response_model=PublicHealth,
    responses={503: {"model": PublicHealth}},
    openapi_extra=PUBLIC,
)


@router.get("/health/details", response_model=Details)
async def get_health_details(gateway: Gateway) -> Details:
    """Every replica of every service with its version, uptime and pool, those that do not answer, and the streams."""
    require(Permission.SEE_INTERNALS)
    return await look_inside(gateway.bus)


@router.get("/services/status", response_model=Page[health.MonitorStatus])
async def list_services(gateway: Gateway) -> Response:
    """Those that the caller may see, group by group, in their order."""
    return await passed_through(gateway.bus, health.ListMonitors())


@router.get("/services/{id:uuid}", response_model=health.MonitorStatus, responses=problems(404))
async def get_service(gateway: Gateway, id: UUID) -> Response:
    """404 also for one that is not for the caller's eyes."""
    return await passed_through(gateway.bus, GetMonitor(id=id))


@root.get("/metrics", include_in_schema=False)
async def metrics(request: Request, gateway: Gateway) -> Any:
    if not may_read_metrics(request.headers.get("authorization"), gateway.settings, public=True):
        raise Unauthenticated("Show the monitoring token.")
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
