"""Requests."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from medianest_common.contracts import media
from medianest_common.contracts.base import Page
from medianest_common.web import Idempotent, Router, problems
from medianest_gateway.routes.common import Gateway, passed_through

router = Router(
    prefix="/media", tags=["Media requests"], responses=problems(401, 403, 422, 429, 502, 503, 504)
)

UPSTREAM_SECONDS = 8.0
"""For answers that the backend (Overseerr) has a part in."""


@router.post(
    "/request",
    status_code=201,
    response_model=media.MediaRequest,
    responses=problems(404, 409),
)
async def request_media(gateway: Gateway, body: media.RequestMediaBody, once: Idempotent) -> Response:
    """Saved first and sent to the backend after, so that an outage there loses nothing and refuses nothing."""
    message = media.RequestMedia(**body.model_dump())
    return await once(lambda: passed_through(gateway.bus, message, status=201, timeout=UPSTREAM_SECONDS))


@router.get("/requests", response_model=Page[media.MediaRequest], responses=problems(400))
async def list_requests(gateway: Gateway, query: Annotated[media.ListRequests, Query()]) -> Response:
    """Everyone's for an administrator, one's own otherwise."""
    return await passed_through(gateway.bus, query)


@router.get("/requests/counts", response_model=media.RequestCounts)
async def count_requests(gateway: Gateway) -> Response:
    """By state and kind: everybody's for an administrator, one's own otherwise."""
    return await passed_through(gateway.bus, media.CountRequests())


@router.get("/requests/{id:uuid}", response_model=media.MediaRequest, responses=problems(404))
async def get_request(gateway: Gateway, id: UUID) -> Response:
    """With its history: who moved it, when and why."""
    return await passed_through(gateway.bus, media.GetRequest(id=id))


@router.delete("/requests/{id:uuid}", status_code=204, responses=problems(404, 409))
async def cancel_request(gateway: Gateway, id: UUID) -> None:
    """One's own while it is pending, any for an administrator. What the backend has of it is taken back
    too.
    """
    await gateway.bus.call(media.CancelRequest(id=id))


@router.post("/requests/{id:uuid}/approve", response_model=media.MediaRequest, responses=problems(404, 409))
async def approve_request(gateway: Gateway, id: UUID) -> Response:
    """Twice is once. It goes to the backend a moment later; 409 from a state that cannot be approved."""
    return await passed_through(gateway.bus, media.ApproveRequest(id=id))


@router.post("/requests/{id:uuid}/decline", response_model=media.MediaRequest, responses=problems(404, 409))
async def decline_request(gateway: Gateway, id: UUID, body: media.DeclineBody) -> Response:
    """The person is told the reason."""
    return await passed_through(gateway.bus, media.DeclineRequest(id=id, reason=body.reason))


@router.post("/requests/{id:uuid}/retry", response_model=media.MediaRequest, responses=problems(404, 409))
async def retry_request(gateway: Gateway, id: UUID) -> Response:
    """One that failed is sent to the backend again."""
    return await passed_through(gateway.bus, media.RetryRequest(id=id))


@router.get("/quota", response_model=media.Quota)
async def get_quota(gateway: Gateway) -> Response:
    """How many films and shows one may still ask for, and when there is room again."""
    return await passed_through(gateway.bus, media.GetQuota())
