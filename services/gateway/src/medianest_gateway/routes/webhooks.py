"""What other systems tell us. Answered when the body is safely on the bus, before anything is done with it."""

from typing import Annotated

from fastapi import Path, Request, Response

from medianest_common.contracts.media import ReceiveOverseerrWebhook
from medianest_common.contracts.plex.indexing import ReceivePlexWebhook, ReceiveTautulliWebhook
from medianest_common.errors import PayloadTooLarge, Unauthenticated
from medianest_common.security.tokens import same_token
from medianest_common.web import Router, problems
from medianest_gateway.app import GatewayApp
from medianest_gateway.forms import text_field
from medianest_gateway.routes.common import PUBLIC, Gateway
from medianest_gateway.webhook_bodies import demand_address, demand_header, document, text_of

router = Router(prefix="/webhooks", tags=["Webhooks"], responses=problems(400, 413, 429, 503))

_LONGEST_TEXT = 256_000
"""Characters: at four bytes each they still fit into one message of the bus, and what is read of it is a few words."""
_FORM = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["payload"],
                    "properties": {
                        "payload": {"type": "string", "description": "JSON"},
                        "thumb": {"type": "string", "format": "binary"},
                    },
                }
            }
        },
    }
}
_DOCUMENT = {
    "requestBody": {"required": True, "content": {"application/json": {"schema": {"type": "object"}}}}
}

Secret = Annotated[str, Path(max_length=256)]


@router.post(
    "/overseerr", status_code=202, response_class=Response, openapi_extra=PUBLIC, responses=problems(401)
)
async def hear_overseerr(request: Request, gateway: Gateway) -> Response:
    """Overseerr sends one fixed `Authorization` value and tries once, so a poll makes good what is missed."""
    secret = gateway.settings.overseerr_webhook_secret
    shown = request.headers.get("authorization", "")
    if secret is None or not same_token(shown, secret.get_secret_value()):
        raise Unauthenticated("The webhook secret is wrong or not set.")
    body = _short(text_of(await request.body()))
    await gateway.bus.enqueue_now(ReceiveOverseerrWebhook(body=body, received_at=gateway.clock.now()))
    return Response(status_code=202)


@router.post(
    "/plex/{secret}",
    status_code=202,
    response_class=Response,
    openapi_extra={**PUBLIC, **_FORM},
    responses=problems(404, 415),
)
async def hear_plex(secret: Secret, request: Request, gateway: Gateway) -> Response:
    """Plex can send nothing secret but the address itself. The picture beside the text is not kept."""
    demand_address(gateway.settings.plex_webhook_secret, shown=secret)
    body = text_field(
        "payload", body=await request.body(), content_type=request.headers.get("content-type", "")
    )
    job = ReceivePlexWebhook(body=document(_short(body)), received_at=gateway.clock.now())
    await gateway.bus.enqueue_now(job)
    return Response(status_code=202)


@router.post(
    "/tautulli/{secret}",
    status_code=202,
    response_class=Response,
    openapi_extra={**PUBLIC, **_DOCUMENT},
    responses=problems(404),
)
async def hear_tautulli(secret: Secret, request: Request, gateway: Gateway) -> Response:
    """The secret stands in the address, for versions that can send no header."""
    demand_address(gateway.settings.plex_webhook_secret, shown=secret)
    return await _from_tautulli(request, gateway)


@router.post(
    "/tautulli",
    status_code=202,
    response_class=Response,
    openapi_extra={**PUBLIC, **_DOCUMENT},
    responses=problems(401),
)
async def hear_tautulli_with_header(request: Request, gateway: Gateway) -> Response:
    """The same with `Authorization: Bearer` and the secret, which Tautulli can send and logs of proxies do not keep."""
    demand_header(
        gateway.settings.plex_webhook_secret, authorization=request.headers.get("authorization", "")
    )
    return await _from_tautulli(request, gateway)


async def _from_tautulli(request: Request, gateway: GatewayApp) -> Response:
    body = document(_short(text_of(await request.body())))
    await gateway.bus.enqueue_now(ReceiveTautulliWebhook(body=body, received_at=gateway.clock.now()))
    return Response(status_code=202)


def _short(text: str) -> str:
    if len(text) > _LONGEST_TEXT:
        raise PayloadTooLarge(f"The text may have {_LONGEST_TEXT} characters.")
    return text
