"""Where notifications went, or why they did not: for their owners, and for administrators."""

from uuid import UUID

from medianest_common.bus import require, require_caller
from medianest_common.contracts.base import Page
from medianest_common.contracts.identity import Permission
from medianest_common.contracts.notifications.deliveries import (
    AdminDelivery,
    DeliveryReport,
    DeliveryReports,
    GetDeliveries,
    ListDeliveries,
)
from medianest_common.errors import NotFound
from medianest_common.paging import decode_cursor, encode_cursor
from medianest_notifications.app import NotificationsApp
from medianest_notifications.repository.delivery_views import deliveries_of_entry, page_of_deliveries

_ORDER = "deliveries"


async def get_deliveries(app: NotificationsApp, query: GetDeliveries) -> DeliveryReports:
    """Raises `NotFound` for a notification that is not there, or not the caller's."""
    async with app.db.read() as connection:
        rows = await deliveries_of_entry(connection, query.id, user_id=require_caller().user_id)
    if rows is None:
        raise NotFound("There is no such notification.")
    return DeliveryReports(items=[DeliveryReport.model_validate(row._asdict()) for row in rows])


async def list_deliveries(app: NotificationsApp, query: ListDeliveries) -> Page[AdminDelivery]:
    require(Permission.MANAGE_SERVICES)
    below = decode_cursor(query.cursor, _ORDER, UUID)[0] if query.cursor else None
    async with app.db.read() as connection:
        rows = await page_of_deliveries(
            connection, state=query.state, kind=query.channel_kind, below=below, limit=query.limit
        )
    items = [AdminDelivery.model_validate(row._asdict()) for row in rows[: query.limit]]
    more = len(rows) > query.limit
    return Page(items=items, next_cursor=encode_cursor(_ORDER, items[-1].id) if more else None)
