"""What became of downloads and lists."""

from medianest_common.contracts.youtube.events import (
    BatchFailed,
    BatchIndexed,
    DownloadChange,
    DownloadFailed,
    DownloadReady,
    QueuePaused,
    QueueResumed,
    SubscriptionFailed,
)
from medianest_common.db import Transaction
from medianest_notifications import use_cases
from medianest_notifications.app import NotificationsApp
from medianest_notifications.handlers.base import event_id, handlers


@handlers.on(DownloadReady, DownloadFailed)
async def download_ended(event: DownloadChange, app: NotificationsApp, tx: Transaction) -> None:
    await use_cases.announce_download(app, tx, event, event_id=event_id())


@handlers.on(BatchIndexed, BatchFailed, SubscriptionFailed)
async def list_read(
    event: BatchIndexed | BatchFailed | SubscriptionFailed, app: NotificationsApp, tx: Transaction
) -> None:
    await use_cases.announce_list(app, tx, event, event_id=event_id())


@handlers.on(QueuePaused, QueueResumed)
async def queue_stands(event: QueuePaused | QueueResumed, app: NotificationsApp, tx: Transaction) -> None:
    await use_cases.announce_queue(app, tx, event, event_id=event_id())
