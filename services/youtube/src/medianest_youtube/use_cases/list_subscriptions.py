"""Lists that are followed: everybody's for an administrator, one's own otherwise."""

from typing import Any
from uuid import UUID

from sqlalchemy import text

from medianest_common.bus import require_caller
from medianest_common.contracts.base import Page
from medianest_common.contracts.identity import Caller
from medianest_common.contracts.youtube.subscriptions import GetSubscription, ListSubscriptions, Subscription
from medianest_common.errors import NotFound
from medianest_common.paging import decode_cursor, encode_cursor
from medianest_youtube.app import YoutubeApp
from medianest_youtube.list_views import SUBSCRIPTIONS, subscription_view

NO_SUCH_SUBSCRIPTION = "There is no such subscription."
_ORDER = "subscriptions"


async def list_subscriptions(app: YoutubeApp, query: ListSubscriptions) -> Page[Subscription]:
    caller = require_caller()
    conditions, values = ["true"], dict[str, Any](rows=query.limit + 1)
    if query.mine or not caller.is_admin:
        conditions.append("s.user_id = :user_id")
        values["user_id"] = caller.user_id
    if query.cursor:
        conditions.append("s.id < :before")
        (values["before"],) = decode_cursor(query.cursor, _ORDER, UUID)
    found = await _found(app, conditions, values)
    page = found[: query.limit]
    following = encode_cursor(_ORDER, page[-1].id) if len(found) > query.limit else None
    return Page(items=page, next_cursor=following)


async def get_subscription(app: YoutubeApp, query: GetSubscription) -> Subscription:
    return await shown_subscription(app, query.id, to=require_caller())


async def shown_subscription(app: YoutubeApp, subscription_id: UUID, *, to: Caller) -> Subscription:
    """To others it does not exist."""
    values = {"rows": 1, "id": subscription_id, "user_id": to.user_id}
    conditions = ["s.id = :id"] if to.is_admin else ["s.id = :id", "s.user_id = :user_id"]
    found = await _found(app, conditions, values)
    if not found:
        raise NotFound(NO_SUCH_SUBSCRIPTION)
    return found[0]


async def _found(app: YoutubeApp, conditions: list[str], values: dict[str, Any]) -> list[Subscription]:
    statement = text(SUBSCRIPTIONS.format(conditions=" and ".join(conditions)))
    async with app.db.read() as connection:
        return [subscription_view(row) for row in (await connection.execute(statement, values)).mappings()]
