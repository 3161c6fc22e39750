"""Search, requests and what becomes of them."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from medianest_common.contracts.base import (
    Body,
    Command,
    Contract,
    Job,
    Nothing,
    Page,
    Query,
    Timestamp,
)
from medianest_common.contracts.media.descriptions import (
    CastMember,
    CrewMember,
    Ratings,
    Trailer,
    WhereToWatch,
)
from medianest_common.contracts.media.progress import DownloadProgress
from medianest_common.contracts.personal import DataErased, PersonalData


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


class SearchResult(Contract):
    media_type: MediaType
    tmdb_id: int
    title: str
    year: int | None
    overview: str
    poster_url: str | None
    """Below wherever the portal is mounted; of each size that `/media/images` knows one may be asked for instead."""
    availability: Availability
    requestable: bool
    reason: str | None = None
    """Why it cannot be requested, in words for the person who looks at it."""


class PersonResult(Contract):
    """Somebody who acts or makes; their own page lists what in."""

    media_type: Literal["person"] = "person"
    tmdb_id: int
    title: str
    """The name, under the word that all results have."""
    department: str | None = None
    known_for: list[str] = []
    poster_url: str | None
    requestable: Literal[False] = False
    reason: str | None = None


class SearchPage(Contract):
    """`stale` says that the catalogue does not answer just now, and `stale_since` how old the page is."""

    items: list[SearchResult | PersonResult]
    page: int
    total_pages: int
    stale: bool = False
    stale_since: Timestamp | None = None


class Season(Contract):
    number: int
    name: str
    episode_count: int
    air_date: date | None = None
    """A plain day, of no time zone."""
    poster_url: str | None = None
    availability: Availability
    requestable: bool
    reason: str | None = None


class RequestRef(Contract):
    id: UUID
    status: RequestStatus
    is_4k: bool
    mine: bool
    following: bool = False
    requested_by: str | None = None
    """A name, where the household shows names to everybody."""


class LibraryPlace(Contract):
    """Where a title is in the household's own library: the server and the library there, by the names they have."""

    machine_identifier: str
    rating_key: str
    server_name: str | None
    library_title: str | None
    is_4k: bool


class Title(Contract):
    media_type: MediaType
    tmdb_id: int
    title: str
    original_title: str | None = None
    year: int | None
    overview: str
    tagline: str | None = None
    genres: list[str] = []
    runtime_minutes: int | None = None
    poster_url: str | None
    """Below wherever the portal is mounted; of each size that `/media/images` knows one may be asked for instead."""
    backdrop_url: str | None = None
    availability: Availability
    availability_4k: Availability = Availability.NONE
    requestable: bool
    reason: str | None = None
    seasons: list[Season] = []
    in_library: list[LibraryPlace] = []
    """Empty where only the backend says that it is there, which may mean another server."""
    requests: list[RequestRef] = []
    release_date: date | None = None
    cast: list[CastMember] = []
    crew: list[CrewMember] = []
    trailers: list[Trailer] = []
    ratings: Ratings | None = None
    where_to_watch: WhereToWatch | None = None
    keywords: list[str] = []
    imdb_id: str | None = None
    tvdb_id: int | None = None
    stale: bool = False
    stale_since: Timestamp | None = None


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


class QuotaState(Contract):
    """`limit` None means unlimited. Counted in movies, or in seasons for shows."""

    limit: int | None
    days: int
    used: int
    remaining: int | None
    resets_at: Timestamp | None


class Quota(Contract):
    movie: QuotaState
    tv: QuotaState


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


class Search(Query[SearchPage]):
    query: str
    page: int = 1
    media_type: MediaType | Literal["person"] | None = None


class ShelfOrder(StrEnum):
    POPULAR = "popular"
    NEWEST = "newest"


class Discover(Query[SearchPage]):
    shelf: Literal["trending", "movies", "tv", "upcoming"]
    page: int = 1
    media_type: MediaType | None = None
    """Narrows `upcoming`, and is needed there with a genre: films and shows number their genres differently."""
    genre: int | None = None
    provider: int | None = None
    year: int | None = None
    """Came out in it. Of the shelves of films and of shows only, as the order."""
    sort: ShelfOrder = ShelfOrder.POPULAR


class GetTitle(Query[Title]):
    media_type: MediaType
    tmdb_id: int


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


class GetQuota(Query[Quota]):
    pass


class SubmitRequest(Job):
    """Make the backend (Overseerr) know the request as it stands; safe to run at any time and any number of times."""

    request_id: UUID


class ReceiveOverseerrWebhook(Job):
    """A webhook body as it came, to be taken as a hint and checked against Overseerr itself."""

    body: str
    received_at: Timestamp


class ExportUserData(Query[PersonalData]):
    cursor: str | None = None


class UserDataErased(DataErased):
    pass


class ForgetEvents(Job):
    """As `auth.ForgetEvents`, for the events of this service."""

    user_id: UUID
