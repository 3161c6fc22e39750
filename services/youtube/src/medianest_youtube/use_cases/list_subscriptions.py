"""Lists that are followed."""

from uuid import UUID

from medianest_common.bus import require_caller
from medianest_common.contracts.base import Page
from medianest_common.contracts.identity import Caller
from medianest_common.contracts.youtube.subscriptions import GetSubscription, ListSubscriptions, Subscription
from medianest_youtube.app import YoutubeApp
from medianest_youtube.list_views import SUBSCRIPTIONS, subscription_view
from medianest_youtube.own_rows import OwnRows

NO_SUCH_SUBSCRIPTION = "There is no such subscription."
_SUBSCRIPTIONS = OwnRows("subscriptions", SUBSCRIPTIONS, subscription_view, missing=NO_SUCH_SUBSCRIPTION)


async def list_subscriptions(app: YoutubeApp, query: ListSubscriptions) -> Page[Subscription]:
    return await _SUBSCRIPTIONS.page(app, query)


async def get_subscription(app: YoutubeApp, query: GetSubscription) -> Subscription:
    return await shown_subscription(app, query.id, to=require_caller())


async def shown_subscription(app: YoutubeApp, subscription_id: UUID, *, to: Caller) -> Subscription:
    return await _SUBSCRIPTIONS.one(app, subscription_id, to=to)
