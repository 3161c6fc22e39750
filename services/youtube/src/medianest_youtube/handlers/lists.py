"""Playlists and channels: read once as a batch, or followed."""

from medianest_common.contracts.base import Page
from medianest_common.contracts.youtube import subscriptions
from medianest_common.contracts.youtube.downloads import Batch, GetBatch, IndexList, ListBatches
from medianest_youtube.app import YoutubeApp
from medianest_youtube.handlers.base import handlers
from medianest_youtube.use_cases.call_readers import call_readers
from medianest_youtube.use_cases.list_batches import get_batch, list_batches
from medianest_youtube.use_cases.list_subscriptions import get_subscription, list_subscriptions
from medianest_youtube.use_cases.read_list import read_list
from medianest_youtube.use_cases.subscribe import change_subscription, check_subscription, subscribe

_CALL_SECONDS = 1.0


@handlers.job(concurrency=1, ack_wait=60)
async def on_index_list(job: IndexList, app: YoutubeApp) -> None:
    await read_list(app)


@handlers.every(_CALL_SECONDS)
async def read_what_is_due(app: YoutubeApp) -> None:
    await call_readers(app)


@handlers.rpc
async def on_list_batches(query: ListBatches, app: YoutubeApp) -> Page[Batch]:
    return await list_batches(app, query)


@handlers.rpc
async def on_get_batch(query: GetBatch, app: YoutubeApp) -> Batch:
    return await get_batch(app, query)


@handlers.rpc
async def on_list_subscriptions(
    query: subscriptions.ListSubscriptions, app: YoutubeApp
) -> Page[subscriptions.Subscription]:
    return await list_subscriptions(app, query)


@handlers.rpc
async def on_get_subscription(
    query: subscriptions.GetSubscription, app: YoutubeApp
) -> subscriptions.Subscription:
    return await get_subscription(app, query)


@handlers.rpc
async def on_subscribe(command: subscriptions.Subscribe, app: YoutubeApp) -> subscriptions.Subscription:
    return await subscribe(app, command)


@handlers.rpc
async def on_change_subscription(
    command: subscriptions.ChangeSubscription, app: YoutubeApp
) -> subscriptions.Subscription:
    return await change_subscription(app, command)


@handlers.rpc
async def on_check_subscription(
    command: subscriptions.CheckSubscription, app: YoutubeApp
) -> subscriptions.Subscription:
    return await check_subscription(app, command)
