"""What other systems tell us. Answered when the body is safely on the bus, before anything is done with it."""

from fastapi import APIRouter, Request, Response

from medianest_common.contracts.media import ReceiveOverseerrWebhook
from medianest_common.errors import BadRequest, Unauthenticated
from medianest_common.security.tokens import same_token
from medianest_common.web import problems
from medianest_gateway.routes.common import PUBLIC, Gateway

router = APIRouter(prefix="/webhooks", tags=["Webhooks"], responses=problems(400, 401, 413, 429, 503))


@router.post("/overseerr", status_code=202, openapi_extra=PUBLIC)
async def overseerr(request: Request, gateway: Gateway) -> Response:
    """Overseerr sends one fixed `Authorization` value and tries once, so a poll makes good what is missed."""
    secret = gateway.settings.overseerr_webhook_secret
    shown = request.headers.get("authorization", "")
    if secret is None or not same_token(shown, secret.get_secret_value()):
        raise Unauthenticated("The webhook secret is wrong or not set.")
    try:
        body = (await request.body()).decode()
    except UnicodeDecodeError:
        raise BadRequest("The body is not UTF-8.") from None
    await gateway.bus.enqueue_now(ReceiveOverseerrWebhook(body=body, received_at=gateway.clock.now()))
    return Response(status_code=202)
