"""What is told of downloads. Titles are what somebody at YouTube typed, and only ever shown as text."""

from typing import Any
from uuid import UUID

from medianest_common.contracts.base import rfc3339
from medianest_common.contracts.notifications import NotificationType
from medianest_common.contracts.youtube.events import (
    BatchFailed,
    BatchIndexed,
    DownloadChange,
    DownloadReady,
    QueuePaused,
    QueueResumed,
    SubscriptionFailed,
)
from medianest_notifications.rendering import TITLE_LENGTH, cut
from medianest_notifications.wording import Notice, typed

_QUEUE_LINK = "/youtube/queue"
_QUEUE = "downloads"
_TITLE_LENGTH = TITLE_LENGTH - 30


def about_download(event: DownloadChange, person: UUID) -> Notice:
    """Ready, or failed for good."""
    download_id = event.download_ids.get(person)
    title, code = cut(event.title, _TITLE_LENGTH), event.code.value if event.code else None
    values: dict[str, Any] = {"title": title}
    if ready := isinstance(event, DownloadReady):
        values |= {"channel": event.channel, "in_plex": event.plex_url is not None}
    else:
        values |= {"code": code, "reason": event.reason}
    return Notice(
        type=NotificationType.DOWNLOAD_READY if ready else NotificationType.DOWNLOAD_FAILED,
        link=f"/youtube/downloads/{download_id}" if download_id else "/youtube",
        values=values,
        data={
            "downloadId": str(download_id) if download_id else None,
            "videoId": event.video_id,
            "title": title,
            "code": code,
            "plexUrl": event.plex_url,
        },
    )


def about_queue(event: QueuePaused | QueueResumed) -> Notice:
    if isinstance(event, QueueResumed):
        return Notice(NotificationType.DOWNLOADS_RESUMED, _QUEUE_LINK, collapse_key=_QUEUE)
    code = event.code.value if event.code else None
    return Notice(
        type=NotificationType.DOWNLOADS_PAUSED,
        link=_QUEUE_LINK,
        values={
            "code": code,
            "reason": event.reason,
            "until": event.until and rfc3339(event.until),
            **typed(event.actor_id),
        },
        data={"code": code},
        collapse_key=_QUEUE,
    )


def about_batch(event: BatchIndexed | BatchFailed) -> Notice:
    title = cut(event.title, TITLE_LENGTH)
    data = {"batchId": str(event.batch_id), "title": title}
    link = f"/youtube/batches/{event.batch_id}"
    if isinstance(event, BatchFailed):
        failure = {"code": event.code.value, "reason": event.reason}
        return Notice(
            type=NotificationType.LIST_FAILED,
            link=link,
            values={"title": title, **failure},
            data=data | {"code": event.code.value},
        )
    return Notice(
        type=NotificationType.LIST_INDEXED,
        link=link,
        values={"title": title, "made": event.made, "left_out": event.found - event.made},
        data=data,
    )


def about_subscription(event: SubscriptionFailed) -> Notice:
    return Notice(
        type=NotificationType.SUBSCRIPTION_FAILED,
        link=f"/youtube/subscriptions/{event.subscription_id}",
        values={"title": cut(event.title, TITLE_LENGTH), "code": event.code.value, "reason": event.reason},
        data={"subscriptionId": str(event.subscription_id), "code": event.code.value},
    )
