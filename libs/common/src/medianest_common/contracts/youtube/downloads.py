"""One person's wish for a video, and what becomes of it."""

from enum import StrEnum
from uuid import UUID

from pydantic import Field

from medianest_common.contracts.base import Body, Command, Contract, Nothing, Page, Query, Timestamp
from medianest_common.contracts.youtube import DownloadStatus, FailureCode, LinkKind
from medianest_common.contracts.youtube.profiles import MediaFormat, Quality


class PreviewedVideo(Contract):
    video_id: str
    title: str
    duration_seconds: int | None = None
    thumbnail_url: str | None = None
    download_id: UUID | None = None
    """The caller's own, where it has been asked for already."""
    status: DownloadStatus | None = None
    """Where the household has it already, or it is on its way."""


class Preview(Contract):
    """Before anything is downloaded. `size_estimate` is bytes in the default profile, of one video."""

    kind: LinkKind
    url: str
    """The canonical one."""
    title: str
    channel: str | None = None
    channel_url: str | None = None
    description: str | None = None
    thumbnail_url: str | None = None
    """Below wherever the portal is mounted."""
    published_on: str | None = None
    duration_seconds: int | None = None
    """Of a list: of all in it, as far as they are known."""
    live: bool = False
    qualities: list[Quality] = []
    size_estimate: int | None = None
    count: int | None = None
    """How many videos a list has; None for a channel too large to be counted here."""
    videos: list[PreviewedVideo] = []
    """The video itself, or the first of a list."""
    list_url: str | None = None
    """The link names a video in a list: this is the list, if the whole of it is wanted."""


class ProgressStep(StrEnum):
    STARTING = "starting"
    DOWNLOADING = "downloading"
    MERGING = "merging"
    CUTTING = "cutting"
    TAGGING = "tagging"
    CHECKING = "checking"
    MOVING = "moving"


class Progress(Contract):
    """Bytes are of all streams together; what is not known is None."""

    step: ProgressStep
    percent: float | None = None
    downloaded_bytes: int = 0
    total_bytes: int | None = None
    bytes_per_second: float | None = None
    eta_seconds: int | None = None


class DownloadFailure(Contract):
    code: FailureCode
    message: str
    """A sentence for a person, with what would help."""
    retry_at: Timestamp | None = None
    """When it will be tried again by itself; None: it will not."""


class DownloadRequester(Contract):
    id: UUID
    name: str


class ProfileRef(Contract):
    id: UUID
    name: str


class Download(Contract):
    id: UUID
    video_id: str
    url: str
    title: str
    channel: str | None
    channel_url: str | None
    duration_seconds: int | None
    thumbnail_url: str | None
    """Below wherever the portal is mounted."""
    published_on: str | None
    profile: ProfileRef
    status: DownloadStatus
    status_since: Timestamp
    status_reason: str | None
    position: int | None = None
    """In the queue, 1 is next. None for who is behind the first thousand."""
    priority: bool
    """Somebody said "now"."""
    attempts: int
    failure: DownloadFailure | None = None
    progress: Progress | None = None
    size: int | None
    path: str | None = None
    """Below the download folder; for administrators."""
    plex_url: str | None = None
    pinned: bool
    shared: bool
    """Others have asked for the same."""
    requested_by: DownloadRequester
    batch_id: UUID | None
    subscription_id: UUID | None
    created_at: Timestamp
    finished_at: Timestamp | None


class BatchStatus(StrEnum):
    QUEUED = "queued"
    INDEXING = "indexing"
    """What is in the list is being read; what has been found is queued already."""
    INDEXED = "indexed"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Batch(Contract):
    """A playlist or channel, asked for once as a whole."""

    id: UUID
    kind: LinkKind
    url: str
    title: str | None
    status: BatchStatus
    failure: DownloadFailure | None = None
    found: int
    made: int
    """Downloads made of what was found; the rest was there already, was skipped or is not allowed any more."""
    skipped: dict[str, int] = {}
    """Why and how many, such as {"already_there": 3}."""
    ready: int
    failed: int
    collection: str | None = None
    """The Plex collection its videos are put into, in the order of the list."""
    requested_by: DownloadRequester
    created_at: Timestamp


class Started(Contract):
    """Exactly one of the two."""

    download: Download | None = None
    batch: Batch | None = None


class DownloadBody(Body):
    url: str = Field(min_length=1, max_length=2_000)
    profile_id: UUID | None = Field(default=None, strict=False)
    quality: Quality | None = Field(default=None, strict=False)
    format: MediaFormat | None = Field(default=None, strict=False)
    playlist: bool | None = None
    """Of a link to a video in a list: the whole list, or (false) the video alone."""
    limit: int | None = Field(default=None, ge=1, le=5_000)
    """Of a list: the first so many; of a channel the newest."""
    collection: str | None = Field(default=None, min_length=1, max_length=120)
    priority: bool = False


class PinBody(Body):
    pinned: bool


class RetryFailedBody(Body):
    batch_id: UUID | None = Field(default=None, strict=False)
    everyone: bool = False


class GetMetadata(Query[Preview]):
    url: str


class StartDownload(Command[Started]):
    url: str
    profile_id: UUID | None = None
    quality: Quality | None = None
    format: MediaFormat | None = None
    playlist: bool | None = None
    limit: int | None = None
    collection: str | None = None
    priority: bool = False


class ListDownloads(Query[Page[Download]]):
    """Everyone's for an admin, the caller's own otherwise; the newest first."""

    status: DownloadStatus | None = None
    batch_id: UUID | None = None
    subscription_id: UUID | None = None
    q: str | None = None
    mine: bool = False
    limit: int = Field(default=20, ge=1, le=100)
    cursor: str | None = None


class DownloadCounts(Contract):
    """By state, as whoever asked for them sees them."""

    total: int
    queued: int
    waiting: int
    downloading: int
    processing: int
    importing: int
    ready: int
    paused: int
    failed: int
    cancelled: int
    removed: int


class CountDownloads(Query[DownloadCounts]):
    """The caller's own."""


class GetDownload(Query[Download]):
    id: UUID


class PauseDownload(Command[Download]):
    """What has arrived is kept, and it goes on from there."""

    id: UUID


class ResumeDownload(Command[Download]):
    id: UUID


class RetryDownload(Command[Download]):
    id: UUID


class HurryDownload(Command[Download]):
    """Before all that nobody is in a hurry for."""

    id: UUID


class PinDownload(Command[Download]):
    """No retention rule deletes it."""

    id: UUID
    pinned: bool


class RemoveDownload(Command[Nothing]):
    """Cancels what is under way. Of what is there, `files` also deletes the file, if nobody else has asked for it."""

    id: UUID
    files: bool = False


class ListBatches(Query[Page[Batch]]):
    mine: bool = False
    limit: int = Field(default=20, ge=1, le=100)
    cursor: str | None = None


class GetBatch(Query[Batch]):
    id: UUID


class CancelBatch(Command[Batch]):
    """Reads no further, and cancels what has not been downloaded yet."""

    id: UUID


class RetryFailedDownloads(Command[Nothing]):
    """The caller's own, or of one batch; an admin's with `everyone`."""

    batch_id: UUID | None = None
    everyone: bool = False


DOWNLOAD_PROGRESS = "download.progress"
"""The type of the live frame; data: `{downloadId, status, progress, position}`."""
