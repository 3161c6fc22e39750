"""What people ask for, and what becomes of it."""

from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from medianest_common.contracts.base import Body, Command, Contract, Job, Nothing, Page, Query, Timestamp
from medianest_common.contracts.media.kinds import MediaType, RequestSource, RequestStatus
from medianest_common.contracts.media.progress import DownloadProgress


class Requester(Contract):
    id: UUID
    name: str


class HistoryEntry(Contract):
    at: Timestamp
    status: RequestStatus
    actor: str | None
    """A person's name; None when a system reported it."""
    reason: str | None


class MediaRequest(Contract):
    id: UUID
    media_type: MediaType
    tmdb_id: int
    title: str
    year: int | None
    poster_url: str | None
    """Below wherever the portal is mounted; of each size that `/media/images` knows one may be asked for instead."""
    is_4k: bool
    seasons: list[int]
    """Empty for a movie."""
    source: RequestSource = RequestSource.PORTAL
    status: RequestStatus
    status_since: Timestamp
    status_reason: str | None
    note: str | None
    requested_by: Requester
    """For a follower "Somebody", where the household does not show names to everybody."""
    created_at: Timestamp
    updated_at: Timestamp
    checked_at: Timestamp | None = None
    """When the backend was last seen to say something of it."""
    fetched_by: str | None = None
    """The system that was asked to fetch it, such as Overseerr or Radarr 4K; None before any was."""
    stuck_since: Timestamp | None = None
    """Approved, and nothing has followed for so long that somebody should look; `status_reason` says why."""
    download: DownloadProgress | None = None
    """While something is on its way for it."""
    history: list[HistoryEntry] | None = None
    """Only where one request was asked for."""


class RequestCounts(Contract):
    total: int
    movie: int
    tv: int
    pending: int
    approved: int
    processing: int
    partially_available: int
    available: int
    declined: int
    failed: int
    cancelled: int


type SeasonChoice = list[int] | Literal["all"]


class RequestMediaBody(Body):
    media_type: MediaType = Field(strict=False)
    tmdb_id: int = Field(ge=1, le=2_147_483_647)
    seasons: (
        Annotated[list[Annotated[int, Field(ge=0, le=9_999)]], Field(min_length=1, max_length=200)]
        | Literal["all"]
        | None
    ) = None
    is_4k: bool = False
    note: str | None = Field(default=None, max_length=500)
    user_id: UUID | None = Field(default=None, strict=False)
    """For somebody else; an administrator's to say."""
    uses_quota: bool = True
    """Whether it counts for the quota of whom it is for. Only for somebody else can it be given on top of that."""


class DeclineBody(Body):
    reason: str = Field(min_length=1, max_length=500)


class RequestMedia(Command[MediaRequest]):
    media_type: MediaType
    tmdb_id: int
    seasons: SeasonChoice | None = None
    is_4k: bool = False
    note: str | None = None
    user_id: UUID | None = None
    uses_quota: bool = True


class RequestSort(StrEnum):
    NEWEST = "newest"
    OLDEST = "oldest"
    UPDATED = "updated"


class ListRequests(Query[Page[MediaRequest]]):
    """Everyone's for an admin, the caller's own otherwise."""

    status: RequestStatus | None = None
    media_type: MediaType | None = None
    q: str | None = None
    sort: RequestSort = RequestSort.NEWEST
    mine: bool = False
    stuck: bool = False
    """Only those that were approved and that nothing has become of since."""
    limit: int = Field(default=20, ge=1, le=100)
    cursor: str | None = None
    total: bool = False


class CountRequests(Query[RequestCounts]):
    """Everyone's for an admin, the caller's own otherwise."""

    mine: bool = False


class GetRequest(Query[MediaRequest]):
    id: UUID


class ApproveRequest(Command[MediaRequest]):
    id: UUID


class DeclineRequest(Command[MediaRequest]):
    id: UUID
    reason: str


class RetryRequest(Command[MediaRequest]):
    id: UUID


class CancelRequest(Command[Nothing]):
    id: UUID


class SubmitRequest(Job):
    """Make the backend (Overseerr) know the request as it stands; safe to run at any time and any number of times."""

    request_id: UUID


class ReceiveOverseerrWebhook(Job):
    """A webhook body as it came, to be taken as a hint and checked against Overseerr itself."""

    body: str
    received_at: Timestamp
