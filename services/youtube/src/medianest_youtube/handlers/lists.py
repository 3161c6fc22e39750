"""Playlists and channels: read once as a batch, or followed."""

from medianest_common.contracts.base import Nothing, Page
from medianest_common.contracts.youtube import subscriptions
from medianest_common.contracts.youtube.downloads import (
    Batch,
    CancelBatch,
    GetBatch,
    ListBatches,
)
from medianest_common.contracts.youtube.jobs import EndDownloads, IndexList
from medianest_youtube.app import YoutubeApp
from medianest_youtube.handlers.base import handlers
from medianest_youtube.use_cases.apply_retention import apply_retention
from medianest_youtube.use_cases.call_readers import call_readers
from medianest_youtube.use_cases.cancel_batch import cancel_batch
from medianest_youtube.use_cases.end_downloads import end_downloads
from medianest_youtube.use_cases.find_gone import find_gone
from medianest_youtube.use_cases.list_batches import get_batch, list_batches
from medianest_youtube.use_cases.list_subscriptions import get_subscription, list_subscriptions
from medianest_youtube.use_cases.read_list import read_list
from medianest_youtube.use_cases.subscribe import change_subscription, check_subscription, subscribe
from medianest_youtube.use_cases.unsubscribe import unsubscribe

_CALL_SECONDS = 1.0
_RETENTION_SECONDS = 3600.0
_GONE_SECONDS = 24 * 3600.0


@handlers.job(concurrency=1, ack_wait=60)
async def on_index_list(job: IndexList, app: YoutubeApp) -> None:
    await read_list(app)


@handlers.every(_CALL_SECONDS)
async def read_what_is_due(app: YoutubeApp) -> None:
    await call_readers(app)


@handlers.job(concurrency=2, ack_wait=60)
async def on_end_downloads(job: EndDownloads, app: YoutubeApp) -> None:
    await end_downloads(app, job)


@handlers.every(_RETENTION_SECONDS)
async def keep_what_is_wanted(app: YoutubeApp) -> None:
    await apply_retention(app)


@handlers.every(_GONE_SECONDS)
async def look_for_files(app: YoutubeApp) -> None:
    await find_gone(app)


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


@handlers.rpc
async def on_cancel_batch(command: CancelBatch, app: YoutubeApp) -> Batch:
    return await cancel_batch(app, command)


@handlers.rpc
async def on_unsubscribe(command: subscriptions.Unsubscribe, app: YoutubeApp) -> Nothing:
    await unsubscribe(app, command)
    return Nothing()
