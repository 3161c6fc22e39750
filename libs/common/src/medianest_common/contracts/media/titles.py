"""What the catalogue knows, and what the household has of it."""

from datetime import date
from enum import StrEnum
from typing import Literal
from uuid import UUID

from medianest_common.contracts.base import Contract, Query, Timestamp
from medianest_common.contracts.media.descriptions import (
    CastMember,
    CrewMember,
    Ratings,
    Trailer,
    WhereToWatch,
)
from medianest_common.contracts.media.kinds import Availability, MediaType, RequestStatus


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
