"""What the media service needs from the system that fetches things, in words that fit any such system."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from pydantic import BaseModel

from medianest_common.contracts.media import Availability, MediaType
from medianest_common.contracts.media.defaults import Offer
from medianest_common.errors import Conflict, Unavailable

KEY_OWNER = 1
"""The user that the key of a backend acts as. Where a backend knows no users, every request is theirs."""

type Parts = Mapping[str, Callable[[], Awaitable[None]]]


class BackendStatus(StrEnum):
    PENDING = "pending"
    APPROVED = "approved"
    DECLINED = "declined"
    FAILED = "failed"
    COMPLETED = "completed"


class Value(BaseModel, frozen=True):
    """Validated once and kept in the cache as JSON."""


class BackendRequest(Value):
    """A request as the backend has it. `availability` is that of the title in this request's quality."""

    id: int
    status: BackendStatus
    media_type: MediaType
    tmdb_id: int
    is_4k: bool
    user_id: int | None
    seasons: tuple[int, ...]
    availability: Availability
    season_availability: dict[int, Availability] = {}
    in_plex: bool
    """Whether the media server has it, so that a link to it leads somewhere."""
    media_changed_at: datetime | None = None
    files: dict[int, int] | None = None
    """Of a backend that knows nothing of the media server: how many files it has, by season, 0 for a film. Whether they
    can be watched our own library says."""

    @property
    def is_live(self) -> bool:
        return self.status not in (BackendStatus.DECLINED, BackendStatus.COMPLETED)


class Standing(Value):
    """What the backend itself has of a title, or has been asked for. What is not named is not there."""

    availability: Availability = Availability.NONE
    availability_4k: Availability = Availability.NONE
    seasons: dict[int, Availability] = {}
    seasons_4k: dict[int, Availability] = {}
    requests: tuple[BackendRequest, ...] = ()
    unsure: frozenset[bool] = frozenset()
    """Qualities, by `is_4k`, in which nobody could say what is there: what is not named may be there all the same."""

    def seasons_in(self, *, is_4k: bool) -> dict[int, Availability]:
        return self.seasons_4k if is_4k else self.seasons


class Rules(Value):
    """What the backend's settings allow."""

    movie_4k: bool = True
    tv_4k: bool = True
    partial_requests: bool = True
    specials: bool = True

    def allows_4k(self, media_type: MediaType) -> bool:
        return self.movie_4k if media_type is MediaType.MOVIE else self.tv_4k


class DownloadStatus(StrEnum):
    QUEUED = "queued"
    DOWNLOADING = "downloading"
    PAUSED = "paused"
    IMPORTING = "importing"
    """Loaded, and being moved into the library."""
    STUCK = "stuck"
    """Nothing moves on before somebody looks at it; `trouble` says why."""
    FAILED = "failed"


class Download(Value):
    """One thing that a download client loads, in bytes. A season pack is one, however many episodes it holds."""

    id: str
    """The same for as long as it lasts."""
    media_type: MediaType
    tmdb_id: int
    is_4k: bool
    seasons: tuple[int, ...]
    """Empty for a film."""
    title: str
    """Of the release, as the download client names it."""
    size: int
    left: int
    eta: datetime | None
    status: DownloadStatus
    trouble: str | None = None

    @property
    def progress(self) -> float:
        """0 to 100."""
        return 0.0 if self.size <= 0 else max(0.0, min(100.0, 100 * (1 - self.left / self.size)))


class BackendMisconfigured(Unavailable):
    """Nothing gets better before an administrator changes something; the requests wait."""

    title = "The request backend is not set up rightly"


class BackendRefused(Conflict):
    """The backend said no to this request, for a reason that stays; `detail` is that reason."""


class AlreadyThere(Conflict):
    """The backend has a request for the same title in the same quality."""


class NothingLeft(Conflict):
    """The backend created nothing, since all the seasons are requested or there."""


class UserUnknown(Conflict):
    """The backend does not know the user we wanted to act as."""


class FetchedByHand(Conflict):
    """Nothing is told of it: an administrator sees to it. `detail` says so to the person who waits."""


class OutOfReach(Conflict):
    """It is let go here. What it was sent to cannot be told so, since it is not set up any more; `detail` says that."""


class Backend(Protocol):
    """Every call has a time limit and raises `Unavailable`, `TimedOut` or `BadUpstream` where no good answer comes."""

    @property
    def name(self) -> str:
        """A request remembers it: an id of this backend means nothing to another."""
        ...

    @property
    def sees_library(self) -> bool:
        """Whether what it calls available is there in the media server, and not only fetched for it."""
        ...

    @property
    def keeps_pending(self) -> bool:
        """Whether it has users of its own, in whose name requests are filed before they are approved."""
        ...

    def called(self, media_type: MediaType) -> str:
        """The system that fetches this kind of title, for the eyes of people."""
        ...

    def by_hand(self, media_type: MediaType, *, is_4k: bool) -> bool:
        """Whether an administrator says how far such a request is, since no system does."""
        ...

    def parts(self) -> Parts:
        """The systems it consists of by name, each with the check whether it is there and takes our key."""
        ...

    async def standing(self, media_type: MediaType, tmdb_id: int) -> Standing:
        """Raises `TitleUnknown` only when the backend is well and really knows no such title."""
        ...

    async def rules(self) -> Rules: ...

    async def offer(self, media_type: MediaType, *, is_4k: bool) -> Offer:
        """What there is to choose from for a title."""
        ...

    async def user_of(self, plex_id: int) -> int | None:
        """The backend's user with this Plex account, imported if need be."""
        ...

    async def create(
        self, media_type: MediaType, tmdb_id: int, *, is_4k: bool, seasons: list[int], as_user: int | None
    ) -> BackendRequest:
        """Without a user as administrator. Raises `AlreadyThere`, `NothingLeft`, `BackendRefused`, `UserUnknown`,
        `FetchedByHand`."""
        ...

    async def request(self, request_id: int) -> BackendRequest | None:
        """As it stands now; None when the backend is well and has no such request."""
        ...

    async def edit(self, request_id: int, media_type: MediaType, *, is_4k: bool, seasons: list[int]) -> None:
        """For these seasons from now on. Raises as `create` does."""
        ...

    async def approve(self, request_id: int) -> None: ...

    async def decline(self, request_id: int) -> None: ...

    async def retry(self, request_id: int) -> None: ...

    async def delete(self, request_id: int) -> None: ...

    async def modified_since(self, moment: datetime | None) -> list[tuple[int, datetime]]:
        """Requests changed at or after `moment`, latest first, as far back as a few pages go."""
        ...

    async def has_all(self, request_id: int) -> bool:
        """Whether it was seen to have fetched all of it, though it may not be in the library. Asks nobody."""
        ...

    async def astray(self) -> list[int]:
        """Its ids of requests that were sent to a server that is not set up any more."""
        ...

    async def downloads(self) -> list[Download]:
        """What is on its way right now. Empty where nothing is, an error where nobody can say."""
        ...

    async def check(self) -> None:
        """Whether it is there and takes our key."""
        ...
