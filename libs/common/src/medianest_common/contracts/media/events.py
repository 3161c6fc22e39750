"""What is told of each move of a request."""

from uuid import UUID

from medianest_common.contracts.base import Event
from medianest_common.contracts.media import MediaType, RequestSource, RequestStatus


class RequestChange(Event):
    """A request as it stands after a move; `version` grows by one with every move."""

    request_id: UUID
    user_id: UUID
    user_name: str
    media_type: MediaType
    tmdb_id: int
    title: str
    year: int | None
    is_4k: bool
    seasons: list[int]
    status: RequestStatus
    reason: str | None = None
    actor_id: UUID | None = None
    version: int
    source: RequestSource | None = None
    """How it was made."""
    follower_ids: list[UUID] = []
    """Who else wants to hear of it. They are not told whose it is."""


class RequestCreated(RequestChange):
    pass


class RequestApproved(RequestChange):
    pass


class RequestProcessing(RequestChange):
    pass


class RequestPartiallyAvailable(RequestChange):
    event_name = "request.partially_available"


class RequestAvailable(RequestChange):
    pass


class RequestDeclined(RequestChange):
    pass


class RequestFailed(RequestChange):
    pass


class RequestCancelled(RequestChange):
    pass


REQUEST_EVENTS: dict[RequestStatus, type[RequestChange]] = {
    RequestStatus.PENDING: RequestCreated,
    RequestStatus.APPROVED: RequestApproved,
    RequestStatus.PROCESSING: RequestProcessing,
    RequestStatus.PARTIALLY_AVAILABLE: RequestPartiallyAvailable,
    RequestStatus.AVAILABLE: RequestAvailable,
    RequestStatus.DECLINED: RequestDeclined,
    RequestStatus.FAILED: RequestFailed,
    RequestStatus.CANCELLED: RequestCancelled,
}
"""The event that tells of a move into each state."""
