"""Messages of administrators to everybody, to a role, or to some."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from medianest_common.contracts.base import Page
from medianest_common.contracts.notifications import broadcasts
from medianest_common.web import Idempotent, Router, problems
from medianest_gateway.routes.common import Gateway, passed_through

router = Router(
    prefix="/admin/broadcasts", tags=["Administration"], responses=problems(401, 403, 422, 429, 503, 504)
)


@router.post("", status_code=201, response_model=broadcasts.Broadcast, responses=problems(409))
async def send_broadcast(gateway: Gateway, body: broadcasts.BroadcastBody, once: Idempotent) -> Response:
    """Plain text, whatever is in it. The same again within a minute answers like the first, and is sent once."""
    message = broadcasts.SendBroadcast.model_validate(body.model_dump(by_alias=False))
    return await once(lambda: passed_through(gateway.bus, message, status=201))


@router.get("", response_model=Page[broadcasts.Broadcast], responses=problems(400))
async def list_broadcasts(gateway: Gateway, query: Annotated[broadcasts.ListBroadcasts, Query()]) -> Response:
    """How many have it, and how many have read it or put it away. Newest first."""
    return await passed_through(gateway.bus, query)


@router.post("/reach", response_model=broadcasts.BroadcastReach)
async def count_addressees(gateway: Gateway, body: broadcasts.AddresseesBody) -> Response:
    """How many people it would reach now. Sends nothing."""
    message = broadcasts.CountAddressees.model_validate(body.model_dump(by_alias=False))
    return await passed_through(gateway.bus, message)


@router.get("/{id:uuid}", response_model=broadcasts.Broadcast, responses=problems(404))
async def get_broadcast(gateway: Gateway, id: UUID) -> Response:
    """With how many have it, and how many have read it."""
    return await passed_through(gateway.bus, broadcasts.GetBroadcast(id=id))


@router.delete("/{id:uuid}", status_code=204, responses=problems(404))
async def withdraw_broadcast(gateway: Gateway, id: UUID) -> None:
    """It leaves the inboxes again. What has gone to a channel stays there."""
    await gateway.bus.call(broadcasts.WithdrawBroadcast(id=id))
