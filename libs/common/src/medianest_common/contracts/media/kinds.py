"""What titles and requests are, and where they stand."""

from enum import StrEnum


class MediaType(StrEnum):
    MOVIE = "movie"
    TV = "tv"


class Availability(StrEnum):
    """What the household already has or has asked for, of a whole title or one season."""

    NONE = "none"
    REQUESTED = "requested"
    PROCESSING = "processing"
    PARTIALLY_AVAILABLE = "partially_available"
    AVAILABLE = "available"
    BLOCKED = "blocked"


class RequestStatus(StrEnum):
    PENDING = "pending"
    APPROVED = "approved"
    PROCESSING = "processing"
    PARTIALLY_AVAILABLE = "partially_available"
    AVAILABLE = "available"
    DECLINED = "declined"
    FAILED = "failed"
    CANCELLED = "cancelled"


class RequestSource(StrEnum):
    PORTAL = "portal"
    WATCHLIST = "watchlist"
    """Made by itself from the requester's watchlist at Plex."""
    IMPORT = "import"
    """Taken over from an Overseerr that was there before."""
    ON_BEHALF = "on_behalf"
    """Made by an administrator for somebody else."""
