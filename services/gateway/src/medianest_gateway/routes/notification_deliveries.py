"""What became of notifications on the way to people's channels."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from medianest_common.contracts.base import Page
from medianest_common.contracts.notifications import deliveries
from medianest_common.web import Router, problems
from medianest_gateway.routes.common import Gateway, passed_through

router = Router(
    prefix="/notifications", tags=["Notifications"], responses=problems(401, 403, 422, 429, 503, 504)
)
admin = Router(
    prefix="/admin/notifications/deliveries",
    tags=["Administration"],
    responses=problems(401, 403, 422, 429, 503, 504),
)


@router.get("/{id:uuid}/deliveries", response_model=deliveries.DeliveryReports, responses=problems(404))
async def get_deliveries(gateway: Gateway, id: UUID) -> Response:
    """Where one of the caller's notifications went, what it waits for, or why it went nowhere."""
    return await passed_through(gateway.bus, deliveries.GetDeliveries(id=id))


@admin.get("", response_model=Page[deliveries.AdminDelivery], responses=problems(400))
async def list_deliveries(gateway: Gateway, query: Annotated[deliveries.ListDeliveries, Query()]) -> Response:
    """Newest first; those that were given up, where no other `state` is asked for."""
    return await passed_through(gateway.bus, query)


@admin.post("/{id:uuid}/resend", status_code=204, responses=problems(404, 409))
async def resend_delivery(gateway: Gateway, id: UUID) -> None:
    """One that was given up, or that its channel was disabled for, is tried again. 404 `DELIVERY_NOT_FOUND`; 409
    `DELIVERY_NOT_OVER`, or `CHANNEL_NOT_ACTIVE` where its owner has to verify the channel first."""
    await gateway.bus.call(deliveries.ResendDelivery(id=id))


@admin.delete("/{id:uuid}", status_code=204, responses=problems(404, 409))
async def delete_delivery(gateway: Gateway, id: UUID) -> None:
    """Clears a dead letter away. 404 `DELIVERY_NOT_FOUND`; 409 `DELIVERY_NOT_OVER`."""
    await gateway.bus.call(deliveries.DeleteDelivery(id=id))
