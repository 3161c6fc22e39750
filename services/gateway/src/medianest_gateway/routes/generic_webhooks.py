"""Webhooks of whatever can sign them, and those that nobody understands."""

from typing import Annotated

from fastapi import Header, Path, Query, Request, Response

from medianest_common.contracts.base import Page
from medianest_common.contracts.health import webhooks
from medianest_common.web import Router, problems
from medianest_gateway.routes.common import PUBLIC, Gateway, passed_through
from medianest_gateway.signed_webhooks import verify
from medianest_gateway.webhook_bodies import document, fitting, text_of

router = Router(prefix="/webhooks", tags=["Webhooks"], responses=problems(400, 401, 413, 429, 503))
admin = Router(
    prefix="/admin/webhooks", tags=["Administration"], responses=problems(401, 403, 422, 429, 503, 504)
)

_DOCUMENT = {
    "schema": {"type": "object"},
    "example": {"event": "down", "monitor": "Backup", "message": "The disk is full."},
}


@router.post(
    "/generic/{name}",
    status_code=202,
    response_class=Response,
    openapi_extra={
        **PUBLIC,
        "requestBody": {"required": True, "content": {"application/json": _DOCUMENT}},
    },
)
async def hear_generic(
    name: Annotated[str, Path(max_length=256)],
    request: Request,
    gateway: Gateway,
    webhook_id: Annotated[
        str | None, Header(description="Of this delivery; the same if it is repeated.")
    ] = None,
    webhook_timestamp: Annotated[
        str | None, Header(description="Unix seconds, at most five minutes off.")
    ] = None,
    webhook_signature: Annotated[
        str | None,
        Header(
            description="`v1,` and in base64 HMAC-SHA256 over id, full stop, timestamp, full stop and body."
        ),
    ] = None,
) -> Response:
    """Signed as in Standard Webhooks, with the secret of this name in the settings."""
    body = await request.body()
    key = gateway.settings.generic_webhook_keys.get(name)
    delivery_id = verify(key, request.headers, body, now=gateway.clock.now())
    text, packed = fitting(document(text_of(body)))
    job = webhooks.ReceiveWebhook(
        source=webhooks.WebhookSource.GENERIC,
        name=name,
        delivery_id=delivery_id,
        body=text,
        packed=packed,
        received_at=gateway.clock.now(),
    )
    await gateway.bus.enqueue_now(job)
    return Response(status_code=202)


@admin.get("", response_model=Page[webhooks.KeptWebhook], responses=problems(400))
async def list_webhooks(gateway: Gateway, query: Annotated[webhooks.ListKeptWebhooks, Query()]) -> Response:
    """The last bodies that nothing could be made of, newest first and without their secrets: of each source 100, for
    seven days."""
    return await passed_through(gateway.bus, query)
