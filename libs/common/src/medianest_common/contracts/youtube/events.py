"""What is told of downloads. `version` grows by one with every move of an asset."""

from uuid import UUID

from medianest_common.contracts.base import Event, Timestamp
from medianest_common.contracts.youtube import DownloadStatus, FailureCode


class DownloadChange(Event):
    """An asset as it stands after a move. `user_ids` are all who have asked for it."""

    asset_id: UUID
    video_id: str
    title: str
    channel: str | None
    status: DownloadStatus
    user_ids: list[UUID]
    singly: list[UUID] = []
    """Of them those who have asked for this video by itself, and not as one of a list."""
    download_ids: dict[UUID, UUID] = {}
    """By person."""
    batch_id: UUID | None = None
    subscription_id: UUID | None = None
    code: FailureCode | None = None
    reason: str | None = None
    size: int | None = None
    plex_url: str | None = None
    version: int


class DownloadQueued(DownloadChange):
    pass


class DownloadStarted(DownloadChange):
    pass


class DownloadStored(DownloadChange):
    """The file lies in the library's folder."""


class DownloadReady(DownloadChange):
    """It can be watched."""


class DownloadFailed(DownloadChange):
    pass


class DownloadCancelled(DownloadChange):
    pass


class DownloadRemoved(DownloadChange):
    pass


class QueuePaused(Event):
    code: FailureCode | None
    reason: str
    until: Timestamp | None
    actor_id: UUID | None = None
    """Who has paused it by hand."""


class QueueResumed(Event):
    actor_id: UUID | None = None
    """Who has let it go on; None where it did so by itself."""


class BatchIndexed(Event):
    batch_id: UUID
    user_id: UUID
    title: str
    found: int
    made: int


class BatchFailed(Event):
    batch_id: UUID
    user_id: UUID
    title: str
    code: FailureCode
    reason: str


class SubscriptionFailed(Event):
    """Told once, when it begins not to work."""

    subscription_id: UUID
    user_id: UUID
    title: str
    code: FailureCode
    reason: str
