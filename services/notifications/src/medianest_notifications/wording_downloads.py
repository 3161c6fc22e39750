"""What people read about downloads. Titles are what somebody at YouTube typed, and only ever shown as text."""

from collections.abc import Mapping
from uuid import UUID

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
from medianest_notifications.wording import BODY_LENGTH, TITLE_LENGTH, Notice, cut

_QUEUE_LINK = "/youtube/queue"
_QUEUE = "downloads"


def about_download(event: DownloadChange, person: UUID) -> Notice:
    """Ready, or failed for good."""
    download_id = event.download_ids.get(person)
    title, by = cut(event.title, TITLE_LENGTH - 30), f" by {event.channel}" if event.channel else ""
    if isinstance(event, DownloadReady):
        where = "in Plex" if event.plex_url else "in the library's folder"
        kind, head = NotificationType.DOWNLOAD_READY, f"Ready to watch: {title}"
        body = f"The video{by} is {where}."
    else:
        kind, head = NotificationType.DOWNLOAD_FAILED, f"Could not be downloaded: {title}"
        body = event.reason or "Nobody could say why."
    return _notice(
        kind,
        head,
        body,
        link=f"/youtube/downloads/{download_id}" if download_id else "/youtube",
        data={
            "downloadId": str(download_id) if download_id else None,
            "videoId": event.video_id,
            "title": title,
            "code": event.code.value if event.code else None,
            "plexUrl": event.plex_url,
        },
    )


def about_queue(event: QueuePaused | QueueResumed) -> Notice:
    if isinstance(event, QueueResumed):
        return _notice(
            NotificationType.DOWNLOADS_RESUMED,
            "Downloads go on",
            "What was waiting is being downloaded again.",
            link=_QUEUE_LINK,
            data={},
            collapse_key=_QUEUE,
        )
    again = " They go on by themselves." if event.until else " They go on when an administrator says so."
    return _notice(
        NotificationType.DOWNLOADS_PAUSED,
        "Downloads are paused",
        event.reason + again,
        link=_QUEUE_LINK,
        data={"code": event.code.value if event.code else None},
        collapse_key=_QUEUE,
    )


def about_batch(event: BatchIndexed | BatchFailed) -> Notice:
    data = {"batchId": str(event.batch_id), "title": cut(event.title, TITLE_LENGTH)}
    link = f"/youtube/batches/{event.batch_id}"
    if isinstance(event, BatchFailed):
        return _notice(
            NotificationType.LIST_FAILED,
            f"Could not be read: {event.title}",
            event.reason,
            link=link,
            data=data | {"code": event.code.value},
        )
    rest = event.found - event.made
    body = f"{_videos(event.made)} of it will be downloaded."
    if rest:
        body += f" {_videos(rest)} will not; the list says why."
    return _notice(NotificationType.LIST_INDEXED, f"Has been read: {event.title}", body, link=link, data=data)


def about_subscription(event: SubscriptionFailed) -> Notice:
    return _notice(
        NotificationType.SUBSCRIPTION_FAILED,
        f"Nothing new can be seen of {event.title}",
        event.reason,
        link=f"/youtube/subscriptions/{event.subscription_id}",
        data={"subscriptionId": str(event.subscription_id), "code": event.code.value},
    )


def _videos(number: int) -> str:
    return "One video" if number == 1 else f"{number} videos"


def _notice(
    type: NotificationType,
    title: str,
    body: str,
    *,
    link: str,
    data: Mapping[str, str | None],
    collapse_key: str | None = None,
) -> Notice:
    return Notice(
        type=type,
        title=cut(title, TITLE_LENGTH),
        body=cut(body, BODY_LENGTH),
        link=link,
        data=dict(data),
        collapse_key=collapse_key,
    )
