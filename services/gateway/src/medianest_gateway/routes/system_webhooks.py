"""What Sonarr, Radarr, Prowlarr and Uptime Kuma tell us. They sign nothing and try once: it is answered when the body
is safely on the bus, before anything is done with it.

Each shows its secret at the end of the address, or in the `Authorization` header: as the password of Basic with
whatever name, or as Bearer.
"""

from typing import Annotated, Any

from fastapi import Path, Request, Response

from medianest_common.contracts.health.webhooks import ReceiveWebhook, WebhookSource
from medianest_common.web import Router, problems
from medianest_gateway.app import GatewayApp
from medianest_gateway.forms import text_field
from medianest_gateway.routes.common import PUBLIC, Gateway
from medianest_gateway.webhook_bodies import demand_address, demand_header, document, fitting, text_of

router = Router(prefix="/webhooks", tags=["Webhooks"], responses=problems(400, 413, 429, 503))

_FORMS = ("multipart/form-data", "application/x-www-form-urlencoded")
_EXAMPLES = {
    WebhookSource.SONARR: {
        "eventType": "Download",
        "instanceName": "Sonarr",
        "series": {"id": 71, "title": "The New Pope", "tvdbId": 376058, "tmdbId": 88408},
        "episodes": [{"id": 5621, "seasonNumber": 1, "episodeNumber": 1}],
        "downloadId": "SABnzbd_nzo_y4lqhm46",
    },
    WebhookSource.RADARR: {
        "eventType": "Download",
        "instanceName": "Radarr",
        "movie": {"id": 284, "title": "Spirited Away", "year": 2001, "tmdbId": 129},
        "downloadId": "7FCF20EEAACD0F7810C11FD62E90076E9A25B76F",
    },
    WebhookSource.PROWLARR: {
        "eventType": "Health",
        "instanceName": "Prowlarr",
        "level": "warning",
        "type": "IndexerStatusCheck",
        "message": "Indexers unavailable due to failures: Indexer A",
    },
    WebhookSource.UPTIME_KUMA: {
        "heartbeat": {
            "monitorID": 7,
            "status": 0,
            "time": "2026-11-25 03:20:15.552",
            "msg": "No heartbeat in the time window",
        },
        "monitor": {"id": 7, "name": "Backup job", "type": "push"},
        "msg": "[Backup job] [🔴 Down] No heartbeat in the time window",
    },
}

Secret = Annotated[str, Path(max_length=256)]


def _described(source: WebhookSource) -> dict[str, Any]:
    content = {"schema": {"type": "object"}, "example": _EXAMPLES[source]}
    return {**PUBLIC, "requestBody": {"required": True, "content": {"application/json": content}}}


async def _take(request: Request, gateway: GatewayApp, source: WebhookSource) -> Response:
    body, packed = fitting(document(await _body(request)))
    job = ReceiveWebhook(source=source, body=body, packed=packed, received_at=gateway.clock.now())
    await gateway.bus.enqueue_now(job)
    return Response(status_code=202)


async def _body(request: Request) -> str:
    """Uptime Kuma sends a form where it is set up so."""
    content_type, body = request.headers.get("content-type", ""), await request.body()
    if content_type.partition(";")[0].strip().lower() in _FORMS:
        return text_field("data", body=body, content_type=content_type)
    return text_of(body)


@router.post(
    "/sonarr/{secret}",
    status_code=202,
    response_class=Response,
    openapi_extra=_described(WebhookSource.SONARR),
    responses=problems(404),
)
async def hear_sonarr(secret: Secret, request: Request, gateway: Gateway) -> Response:
    """Settings, Connect, Webhook, method POST, with all of its triggers."""
    demand_address(gateway.settings.sonarr_webhook_secret, shown=secret)
    return await _take(request, gateway, WebhookSource.SONARR)


@router.post(
    "/sonarr",
    status_code=202,
    response_class=Response,
    openapi_extra=_described(WebhookSource.SONARR),
    responses=problems(401),
)
async def hear_sonarr_by_header(request: Request, gateway: Gateway) -> Response:
    """The same with the secret as password, which logs of proxies do not keep."""
    demand_header(
        gateway.settings.sonarr_webhook_secret, authorization=request.headers.get("authorization", "")
    )
    return await _take(request, gateway, WebhookSource.SONARR)


@router.post(
    "/radarr/{secret}",
    status_code=202,
    response_class=Response,
    openapi_extra=_described(WebhookSource.RADARR),
    responses=problems(404),
)
async def hear_radarr(secret: Secret, request: Request, gateway: Gateway) -> Response:
    """Settings, Connect, Webhook, method POST, with all of its triggers."""
    demand_address(gateway.settings.radarr_webhook_secret, shown=secret)
    return await _take(request, gateway, WebhookSource.RADARR)


@router.post(
    "/radarr",
    status_code=202,
    response_class=Response,
    openapi_extra=_described(WebhookSource.RADARR),
    responses=problems(401),
)
async def hear_radarr_by_header(request: Request, gateway: Gateway) -> Response:
    """The same with the secret as password, which logs of proxies do not keep."""
    demand_header(
        gateway.settings.radarr_webhook_secret, authorization=request.headers.get("authorization", "")
    )
    return await _take(request, gateway, WebhookSource.RADARR)


@router.post(
    "/prowlarr/{secret}",
    status_code=202,
    response_class=Response,
    openapi_extra=_described(WebhookSource.PROWLARR),
    responses=problems(404),
)
async def hear_prowlarr(secret: Secret, request: Request, gateway: Gateway) -> Response:
    """Settings, Connect, Webhook, method POST, with the triggers about its health."""
    demand_address(gateway.settings.prowlarr_webhook_secret, shown=secret)
    return await _take(request, gateway, WebhookSource.PROWLARR)


@router.post(
    "/prowlarr",
    status_code=202,
    response_class=Response,
    openapi_extra=_described(WebhookSource.PROWLARR),
    responses=problems(401),
)
async def hear_prowlarr_by_header(request: Request, gateway: Gateway) -> Response:
    """The same with the secret as password, which logs of proxies do not keep."""
    demand_header(
        gateway.settings.prowlarr_webhook_secret, authorization=request.headers.get("authorization", "")
    )
    return await _take(request, gateway, WebhookSource.PROWLARR)


@router.post(
    "/uptime-kuma/{secret}",
    status_code=202,
    response_class=Response,
    openapi_extra=_described(WebhookSource.UPTIME_KUMA),
    responses=problems(404),
)
async def hear_uptime_kuma(secret: Secret, request: Request, gateway: Gateway) -> Response:
    """A notification of type Webhook; as JSON or as a form."""
    demand_address(gateway.settings.uptime_kuma_webhook_secret, shown=secret)
    return await _take(request, gateway, WebhookSource.UPTIME_KUMA)


@router.post(
    "/uptime-kuma",
    status_code=202,
    response_class=Response,
    openapi_extra=_described(WebhookSource.UPTIME_KUMA),
    responses=problems(401),
)
async def hear_uptime_kuma_by_header(request: Request, gateway: Gateway) -> Response:
    """The same with the additional header `{"Authorization": "Bearer <secret>"}`."""
    demand_header(
        gateway.settings.uptime_kuma_webhook_secret, authorization=request.headers.get("authorization", "")
    )
    return await _take(request, gateway, WebhookSource.UPTIME_KUMA)
