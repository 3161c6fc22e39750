"""Playlists and channels: asked for once as a whole, or followed."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from medianest_common.contracts.base import Page
from medianest_common.contracts.youtube import downloads, subscriptions
from medianest_common.web import Idempotent, Router, problems
from medianest_gateway.routes.common import Gateway, passed_through

router = Router(prefix="/youtube", tags=["YouTube"], responses=problems(401, 403, 422, 429, 503, 504))


@router.get("/batches", response_model=Page[downloads.Batch], responses=problems(400))
async def list_batches(gateway: Gateway, query: Annotated[downloads.ListBatches, Query()]) -> Response:
    """Everybody's for an administrator, one's own otherwise."""
    return await passed_through(gateway.bus, query)


@router.get("/batches/{id:uuid}", response_model=downloads.Batch, responses=problems(404))
async def get_batch(gateway: Gateway, id: UUID) -> Response:
    """How far it has been read, and what has become of its videos; `skipped` says why some are not downloaded."""
    return await passed_through(gateway.bus, downloads.GetBatch(id=id))


@router.delete("/batches/{id:uuid}", response_model=downloads.Batch, responses=problems(404, 409))
async def cancel_batch(gateway: Gateway, id: UUID) -> Response:
    """It is read no further, and what has not been downloaded yet will not be."""
    return await passed_through(gateway.bus, downloads.CancelBatch(id=id))


@router.get("/subscriptions", response_model=Page[subscriptions.Subscription], responses=problems(400))
async def list_subscriptions(
    gateway: Gateway, query: Annotated[subscriptions.ListSubscriptions, Query()]
) -> Response:
    """Everybody's for an administrator, one's own otherwise."""
    return await passed_through(gateway.bus, query)


@router.post(
    "/subscriptions", status_code=201, response_model=subscriptions.Subscription, responses=problems(404, 409)
)
async def subscribe(gateway: Gateway, body: subscriptions.SubscriptionBody, once: Idempotent) -> Response:
    """Follows a channel or a playlist: what is new in it is downloaded, by the rules given here."""
    message = subscriptions.Subscribe(subscription=body)
    return await once(lambda: passed_through(gateway.bus, message, status=201))


@router.get("/subscriptions/{id:uuid}", response_model=subscriptions.Subscription, responses=problems(404))
async def get_subscription(gateway: Gateway, id: UUID) -> Response:
    """With its rules, what it has brought, and when it looks next."""
    return await passed_through(gateway.bus, subscriptions.GetSubscription(id=id))


@router.put(
    "/subscriptions/{id:uuid}", response_model=subscriptions.Subscription, responses=problems(404, 409)
)
async def change_subscription(
    gateway: Gateway, id: UUID, body: subscriptions.SubscriptionChoices
) -> Response:
    """All of its rules, which hold from the next look on."""
    return await passed_through(gateway.bus, subscriptions.ChangeSubscription(id=id, choices=body))


@router.delete("/subscriptions/{id:uuid}", status_code=204, responses=problems(404))
async def unsubscribe(gateway: Gateway, id: UUID, files: bool = False) -> None:
    """With `files`, what it has downloaded is deleted too, unless it is pinned or somebody else wants it."""
    await gateway.bus.call(subscriptions.Unsubscribe(id=id, files=files))


@router.post(
    "/subscriptions/{id:uuid}/check",
    status_code=202,
    response_model=subscriptions.Subscription,
    responses=problems(404),
)
async def check_subscription(gateway: Gateway, id: UUID) -> Response:
    """Looks now, whatever the schedule says."""
    return await passed_through(gateway.bus, subscriptions.CheckSubscription(id=id), status=202)
