"""Downloads from YouTube: what can be asked for, how, and what becomes of it."""

from enum import StrEnum
from uuid import UUID

from medianest_common.contracts.base import Job, Query
from medianest_common.contracts.personal import DataErased, PersonalData


class LinkKind(StrEnum):
    VIDEO = "video"
    PLAYLIST = "playlist"
    CHANNEL = "channel"


class DownloadStatus(StrEnum):
    QUEUED = "queued"
    WAITING = "waiting"
    """For its premiere, or for the next attempt."""
    DOWNLOADING = "downloading"
    PROCESSING = "processing"
    """Everything is here; it is merged, cut, tagged and checked."""
    IMPORTING = "importing"
    """The file is in the library's folder; Plex has not shown it yet."""
    READY = "ready"
    PAUSED = "paused"
    FAILED = "failed"
    CANCELLED = "cancelled"
    REMOVED = "removed"
    """Was there, and its files have been deleted."""


class FailureCode(StrEnum):
    """Why something could not be downloaded, as data. The sentence for people comes with it."""

    PRIVATE = "PRIVATE"
    GEO_BLOCKED = "GEO_BLOCKED"
    AGE_RESTRICTED = "AGE_RESTRICTED"
    BOT_CHECK = "BOT_CHECK"
    RATE_LIMITED = "RATE_LIMITED"
    IP_BLOCKED = "IP_BLOCKED"
    REMOVED = "REMOVED"
    UNAVAILABLE = "UNAVAILABLE"
    MEMBERS_ONLY = "MEMBERS_ONLY"
    PAYMENT_REQUIRED = "PAYMENT_REQUIRED"
    UPCOMING = "UPCOMING"
    LIVE_NOW = "LIVE_NOW"
    LIVE_ENDED = "LIVE_ENDED"
    DRM = "DRM"
    NO_FORMATS = "NO_FORMATS"
    NO_JS_RUNTIME = "NO_JS_RUNTIME"
    FFMPEG_MISSING = "FFMPEG_MISSING"
    FORBIDDEN_MEDIA = "FORBIDDEN_MEDIA"
    DAILY_LIMIT = "DAILY_LIMIT"
    """Our own: as many as are fetched within a day have been."""
    NETWORK = "NETWORK"
    NO_SPACE = "NO_SPACE"
    UNSUPPORTED = "UNSUPPORTED"
    STALLED = "STALLED"
    """Nothing has moved for so long that it was stopped."""
    TOO_SLOW = "TOO_SLOW"
    """It moved, and so slowly that it was stopped."""
    CRASHED = "CRASHED"
    """The process that downloaded it ended without a word."""
    BROKEN_FILE = "BROKEN_FILE"
    """What arrived is not what was promised: a stream is missing, or it is too short."""
    TOO_LARGE = "TOO_LARGE"
    UNKNOWN = "UNKNOWN"


class ExportUserData(Query[PersonalData]):
    cursor: str | None = None


class UserDataErased(DataErased):
    pass


class ForgetEvents(Job):
    """As `auth.ForgetEvents`, for the events of this service."""

    user_id: UUID
