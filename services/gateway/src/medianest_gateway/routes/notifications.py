"""The inbox, and the ticket for its live stream."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from medianest_common.bus import require_caller
from medianest_common.contracts import notifications
from medianest_common.contracts.base import Contract, Page
from medianest_common.web import Router, problems
from medianest_gateway.live.admission import shown_by
from medianest_gateway.routes.common import Gateway, passed_through

router = Router(
    prefix="/notifications", tags=["Notifications"], responses=problems(401, 403, 422, 429, 503, 504)
)


class SocketTicket(Contract):
    """For the first message on the socket at `url`; works once, for `expires_in` seconds."""

    ticket: str
    expires_in: int
    url: str


@router.get("", response_model=Page[notifications.Notification])
async def list_notifications(
    gateway: Gateway, query: Annotated[notifications.ListNotifications, Query()]
) -> Response:
    """The inbox, the newest first. `unread`, `pinned` and `dismissed` narrow it."""
    return await passed_through(gateway.bus, query)


@router.get("/count", response_model=notifications.InboxCount)
async def count_notifications(gateway: Gateway) -> Response:
    """How many are unread, and the number of the newest."""
    return await passed_through(gateway.bus, notifications.CountNotifications())


@router.post("/ticket", response_model=SocketTicket)
async def issue_ticket(request: Request, gateway: Gateway) -> SocketTicket:
    """For opening the WebSocket, where a browser cannot send a header: good once, for 30 seconds."""
    caller = require_caller()
    admission, _ = shown_by(request, now=gateway.clock.now())
    assert admission
    ticket = await gateway.tickets.issue(
        caller,
        issued_at=admission.issued_at,
        expires_at=admission.expires_at,
        permissions_version=admission.permissions_version,
    )
    base = gateway.settings.base_url.replace("http", "ws", 1)
    return SocketTicket(ticket=ticket, expires_in=gateway.tickets.seconds, url=f"{base}/api/v1/ws")


@router.post("/read-all", response_model=notifications.InboxCount)
async def mark_all_notifications_read(gateway: Gateway, body: notifications.ReadAllBody) -> Response:
    """Up to the one that the page has shown, so that nothing newer is lost."""
    return await passed_through(gateway.bus, notifications.MarkAllRead(up_to=body.up_to))


@router.post("/{id:uuid}/read", status_code=204, responses=problems(404))
async def mark_notification_read(gateway: Gateway, id: UUID) -> None:
    """On all of one's devices."""
    await gateway.bus.call(notifications.MarkRead(id=id))


@router.delete("/{id:uuid}", status_code=204, responses=problems(404))
async def dismiss_notification(gateway: Gateway, id: UUID) -> None:
    """Puts it away; `dismissed=true` still lists it."""
    await gateway.bus.call(notifications.DismissNotification(id=id))


@router.delete("/{id:uuid}/read", status_code=204, responses=problems(404))
async def mark_notification_unread(gateway: Gateway, id: UUID) -> None:
    """On all of one's devices."""
    await gateway.bus.call(notifications.MarkUnread(id=id))


@router.post("/{id:uuid}/pin", status_code=204, responses=problems(404, 409))
async def pin_notification(gateway: Gateway, id: UUID) -> None:
    """It is kept, however old. 409 `TOO_MANY_PINNED` where a hundred are."""
    await gateway.bus.call(notifications.PinNotification(id=id))


@router.delete("/{id:uuid}/pin", status_code=204, responses=problems(404))
async def unpin_notification(gateway: Gateway, id: UUID) -> None:
    """It may be cleared away again when it is old."""
    await gateway.bus.call(notifications.UnpinNotification(id=id))
