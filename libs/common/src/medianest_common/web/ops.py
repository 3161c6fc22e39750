"""Health and metrics of a service that runs in a process of its own."""

import hmac
from collections.abc import Awaitable, Callable

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from medianest_common.contracts.platform import CheckStatus, Readiness
from medianest_common.settings import Settings


def ops_app(probe: Callable[[], Awaitable[Readiness]], settings: Settings) -> Starlette:
    async def live(_: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def ready(_: Request) -> Response:
        readiness = await probe()
        status = 503 if readiness.status is CheckStatus.DOWN else 200
        return Response(readiness.model_dump_json(), status_code=status, media_type="application/json")

    async def metrics(request: Request) -> Response:
        if not may_read_metrics(request.headers.get("authorization"), settings):
            return Response(status_code=401)
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return Starlette(
        routes=[
            Route("/health", live),
            Route("/health/live", live),
            Route("/health/ready", ready),
            Route("/metrics", metrics),
        ]
    )


def may_read_metrics(authorization: str | None, settings: Settings, *, public: bool = False) -> bool:
    """Without a token set, open on a port of its own and closed on the `public` one; else a Bearer has to show it."""
    if settings.metrics_token is None:
        return not public
    wanted = f"Bearer {settings.metrics_token.get_secret_value()}"
    return hmac.compare_digest(wanted.encode(), (authorization or "").encode())
