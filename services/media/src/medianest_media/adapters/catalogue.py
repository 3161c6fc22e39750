"""Where titles are looked up, in words that fit any such source: Overseerr, or TMDB itself."""

from collections.abc import Sequence
from datetime import date
from typing import Literal, Protocol

from medianest_common.contracts.media import Availability, MediaType, ShelfOrder
from medianest_media.adapters.backend import BackendRequest, Parts, Standing, Value

type Shelf = Literal["trending", "movies", "tv", "upcoming"]
type Relation = Literal["similar", "recommended"]


class FoundTitle(Value):
    media_type: MediaType
    tmdb_id: int
    title: str
    year: int | None
    overview: str
    poster_path: str | None
    availability: Availability


class FoundPerson(Value):
    person_id: int
    name: str
    department: str | None
    known_for: tuple[str, ...]
    photo_path: str | None


class FoundPage(Value):
    found: tuple[FoundTitle | FoundPerson, ...]
    """The best first, in the order of the catalogue."""
    page: int
    total_pages: int

    @property
    def titles(self) -> tuple[FoundTitle, ...]:
        return tuple(each for each in self.found if isinstance(each, FoundTitle))


class Narrowing(Value):
    """What of a shelf is wanted. Films and shows number their genres differently."""

    media_type: MediaType | None = None
    genre: int | None = None
    provider: int | None = None
    year: int | None = None
    sort: ShelfOrder = ShelfOrder.POPULAR

    @property
    def is_by_kind(self) -> bool:
        return self.genre is not None or self.provider is not None

    @property
    def is_by_time(self) -> bool:
        return self.year is not None or self.sort is ShelfOrder.NEWEST

    def between(self, today: date) -> tuple[date | None, date | None]:
        """The days on which it came out. The newest ones are those that are out, and not those announced."""
        if self.year is None:
            return None, today if self.sort is ShelfOrder.NEWEST else None
        last = date(self.year, 12, 31)
        return date(self.year, 1, 1), min(last, today) if self.sort is ShelfOrder.NEWEST else last


class CreditedTitle(Value):
    title: FoundTitle
    role: str | None


class PersonDetails(Value):
    person_id: int
    name: str
    biography: str
    department: str | None
    birthday: date | None
    deathday: date | None
    place_of_birth: str | None
    photo_path: str | None
    credits: tuple[CreditedTitle, ...]
    """The best known first, each title once."""


class Cast(Value):
    person_id: int
    name: str
    character: str | None
    photo_path: str | None


class Crew(Value):
    person_id: int
    name: str
    job: str
    photo_path: str | None


class Video(Value):
    youtube_key: str
    name: str


class NamedNumber(Value):
    """A genre."""

    id: int
    name: str


class ProviderDetails(Value):
    id: int
    name: str
    logo_path: str | None


class Offers(Value):
    region: str
    link: str | None
    stream: tuple[ProviderDetails, ...] = ()
    rent: tuple[ProviderDetails, ...] = ()
    buy: tuple[ProviderDetails, ...] = ()


class EpisodeDetails(Value):
    number: int
    name: str
    overview: str
    air_date: date | None
    runtime_minutes: int | None
    still_path: str | None


class SeasonEpisodes(Value):
    number: int
    name: str
    overview: str
    air_date: date | None
    poster_path: str | None
    episodes: tuple[EpisodeDetails, ...]


class SeasonDetails(Value):
    number: int
    name: str
    episode_count: int
    air_date: date | None = None
    poster_path: str | None = None
    availability: Availability = Availability.NONE
    availability_4k: Availability = Availability.NONE
    partly_here: bool = False
    """Some of its episodes are in the household's own library."""


class TitleDetails(Value):
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
    availability: Availability = Availability.NONE
    availability_4k: Availability = Availability.NONE
    seasons: tuple[SeasonDetails, ...]
    """Without those that have no episodes."""
    requests: tuple[BackendRequest, ...] = ()
    tvdb_id: int | None = None
    imdb_id: str | None = None
    released: date | None = None
    cast: tuple[Cast, ...] = ()
    crew: tuple[Crew, ...] = ()
    trailers: tuple[Video, ...] = ()
    votes: int = 0
    vote_average: float | None = None
    certification: str | None = None
    offers: Offers | None = None
    keywords: tuple[str, ...] = ()

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
    def standing(self) -> Standing:
        return Standing(
            availability=self.availability,
            availability_4k=self.availability_4k,
            seasons=self.season_availability_in(is_4k=False),
            seasons_4k=self.season_availability_in(is_4k=True),
            requests=self.requests,
        )

    def with_standing(self, standing: Standing) -> "TitleDetails":
        """As told by a backend that is another system than the catalogue."""
        seasons = tuple(
            s.model_copy(
                update={
                    "availability": standing.seasons.get(s.number, Availability.NONE),
                    "availability_4k": standing.seasons_4k.get(s.number, Availability.NONE),
                }
            )
            for s in self.seasons
        )
        return self.model_copy(
            update={
                "availability": standing.availability,
                "availability_4k": standing.availability_4k,
                "seasons": seasons,
                "requests": standing.requests,
            }
        )

    @property
    def regular_seasons(self) -> list[int]:
        """All but the specials."""
        return [season.number for season in self.seasons if season.number > 0]


class Catalogue(Protocol):
    """Every call has a time limit and raises `Unavailable`, `TimedOut` or `BadUpstream` where no good answer comes."""

    @property
    def tells_standing(self) -> bool:
        """Whether it is the backend as well, so that what it finds says what the backend has of it."""
        ...

    @property
    def is_there(self) -> bool:
        """Without one every call raises at once, so that nothing of what it says is worth keeping."""
        ...

    def parts(self) -> Parts:
        """The systems it consists of beyond those of the backend, as there."""
        ...

    async def search(self, query: str, *, page: int) -> FoundPage:
        """Raises `SearchUnavailable` rather than find nothing because something is away."""
        ...

    async def discover(self, shelf: Shelf, *, page: int, narrowing: Narrowing) -> FoundPage:
        """Trending cannot be narrowed by genre or provider."""
        ...

    async def details(self, media_type: MediaType, tmdb_id: int) -> TitleDetails:
        """Raises `TitleUnknown` only when the catalogue is well and really knows no such title."""
        ...

    async def season(self, tmdb_id: int, number: int) -> SeasonEpisodes:
        """Raises `TitleUnknown` like `details`."""
        ...

    async def related(
        self, media_type: MediaType, tmdb_id: int, *, relation: Relation, page: int
    ) -> FoundPage:
        """What is like this title. Of a title that nobody knows that is nothing, or `TitleUnknown`."""
        ...

    async def person(self, person_id: int) -> PersonDetails:
        """Raises `PersonUnknown` like `details`."""
        ...

    async def genres(self, media_type: MediaType) -> tuple[NamedNumber, ...]: ...

    async def providers(self, media_type: MediaType) -> tuple[ProviderDetails, ...]:
        """Those that stream in the household's region, the most used first."""
        ...
