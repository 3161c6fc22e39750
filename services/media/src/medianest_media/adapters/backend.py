"""What the media service needs from the system that fetches things, in words that fit any such system."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Literal, Protocol

from pydantic import BaseModel

from medianest_common.contracts.media import Availability, MediaType
from medianest_common.errors import Conflict, Unavailable

type Shelf = Literal["trending", "movies", "tv", "upcoming"]


class BackendStatus(StrEnum):
    PENDING = "pending"
    APPROVED = "approved"
    DECLINED = "declined"
    FAILED = "failed"
    COMPLETED = "completed"


class _Value(BaseModel, frozen=True):
    """Validated once and kept in the cache as JSON."""


class FoundTitle(_Value):
    media_type: MediaType
    tmdb_id: int
    title: str
    year: int | None
    overview: str
    poster_path: str | None
    availability: Availability


class FoundPage(_Value):
    titles: tuple[FoundTitle, ...]
    page: int
    total_pages: int


class BackendRequest(_Value):
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

    @property
    def is_live(self) -> bool:
        return self.status not in (BackendStatus.DECLINED, BackendStatus.COMPLETED)


class SeasonDetails(_Value):
    number: int
    name: str
    episode_count: int
    availability: Availability
    availability_4k: Availability
    partly_here: bool = False
    """Some of its episodes are in the household's own library."""


class TitleDetails(_Value):
    media_type: MediaType
    tmdb_id: int
    title: str
    original_title: str | None
    year: int | None
    overview: str
    tagline: str | None
    genres: tuple[str, ...]
    runtime_minutes: int | None
    poster_path: str | None
    backdrop_path: str | None
    availability: Availability
    availability_4k: Availability
    seasons: tuple[SeasonDetails, ...]
    """Without those that have no episodes."""
    requests: tuple[BackendRequest, ...]
    tvdb_id: int | None = None
    imdb_id: str | None = None

    def availability_in(self, *, is_4k: bool) -> Availability:
        return self.availability_4k if is_4k else self.availability

    def season_availability_in(self, *, is_4k: bool) -> dict[int, Availability]:
        return {s.number: s.availability_4k if is_4k else s.availability for s in self.seasons}

    def asked_for_in(self, requests: Sequence[BackendRequest]) -> "TitleDetails":
        """The same, with REQUESTED on what these ask for and on nothing else.

        The backend leaves PENDING on a title whose request was declined, so only requests tell who waits.
        """

        def state(known: Availability, *, is_4k: bool, season: int | None = None) -> Availability:
            if known not in (Availability.NONE, Availability.REQUESTED):
                return known
            asked = any(r.is_4k == is_4k and (season is None or season in r.seasons) for r in requests)
            return Availability.REQUESTED if asked else Availability.NONE

        seasons = tuple(
            s.model_copy(
                update={
                    "availability": state(s.availability, is_4k=False, season=s.number),
                    "availability_4k": state(s.availability_4k, is_4k=True, season=s.number),
                }
            )
            for s in self.seasons
        )
        return self.model_copy(
            update={
                "availability": state(self.availability, is_4k=False),
                "availability_4k": state(self.availability_4k, is_4k=True),
                "seasons": seasons,
            }
        )

    @property
    def regular_seasons(self) -> list[int]:
        """All but the specials."""
        return [season.number for season in self.seasons if season.number > 0]


class Rules(_Value):
    """What the backend's settings allow."""

    movie_4k: bool = True
    tv_4k: bool = True
    partial_requests: bool = True
    specials: bool = True

    def allows_4k(self, media_type: MediaType) -> bool:
        return self.movie_4k if media_type is MediaType.MOVIE else self.tv_4k


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


class Backend(Protocol):
    """Every call has a time limit and raises `Unavailable`, `TimedOut` or `BadUpstream` where no good answer comes."""

    async def search(self, query: str, *, page: int) -> FoundPage: ...

    async def discover(self, shelf: Shelf, *, page: int) -> FoundPage: ...

    async def details(self, media_type: MediaType, tmdb_id: int) -> TitleDetails:
        """Raises `TitleUnknown` only when the backend is well and really knows no such title."""
        ...

    async def rules(self) -> Rules: ...

    async def user_of(self, plex_id: int) -> int | None:
        """The backend's user with this Plex account, imported if need be."""
        ...

    async def create(
        self, media_type: MediaType, tmdb_id: int, *, is_4k: bool, seasons: list[int], as_user: int | None
    ) -> BackendRequest:
        """Without a user as administrator. Raises `AlreadyThere`, `NothingLeft`, `BackendRefused`, `UserUnknown`."""
        ...

    async def request(self, request_id: int) -> BackendRequest | None:
        """As it stands now; None when the backend is well and has no such request."""
        ...

    async def approve(self, request_id: int) -> None: ...

    async def decline(self, request_id: int) -> None: ...

    async def retry(self, request_id: int) -> None: ...

    async def delete(self, request_id: int) -> None: ...

    async def modified_since(self, moment: datetime | None) -> list[tuple[int, datetime]]:
        """Requests changed at or after `moment`, latest first, as far back as a few pages go."""
        ...

    async def check(self) -> None:
        """Whether it is there and takes our key."""
        ...
