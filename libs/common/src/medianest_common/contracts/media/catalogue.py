"""Looking around: shelves by genre and provider, what is like a title, seasons and people."""

from datetime import date
from typing import Literal

from medianest_common.contracts.base import Contract, Query, Timestamp
from medianest_common.contracts.media import Availability, MediaType, SearchPage, SearchResult
from medianest_common.contracts.media.descriptions import Episode, Genre, Provider

type Relation = Literal["similar", "recommended"]


class Credit(SearchResult):
    role: str | None = None
    """The character played, or the job done."""


class PersonPage(Contract):
    tmdb_id: int
    name: str
    biography: str
    department: str | None = None
    birthday: date | None = None
    deathday: date | None = None
    place_of_birth: str | None = None
    photo_url: str | None = None
    credits: list[Credit]
    """The best known first."""
    stale: bool = False
    stale_since: Timestamp | None = None


class SeasonPage(Contract):
    tmdb_id: int
    """Of the show."""
    number: int
    name: str
    overview: str
    air_date: date | None
    poster_url: str | None
    availability: Availability
    requestable: bool
    reason: str | None = None
    episodes: list[Episode]
    stale: bool = False
    stale_since: Timestamp | None = None


class GenreLists(Contract):
    """The numbers of films' and shows' genres are not the same."""

    movie: list[Genre]
    tv: list[Genre]


class ProviderLists(Contract):
    region: str
    movie: list[Provider]
    tv: list[Provider]


class GetSeason(Query[SeasonPage]):
    tmdb_id: int
    number: int


class GetPerson(Query[PersonPage]):
    tmdb_id: int


class FindRelated(Query[SearchPage]):
    media_type: MediaType
    tmdb_id: int
    relation: Relation
    page: int = 1


class ListGenres(Query[GenreLists]):
    pass


class ListProviders(Query[ProviderLists]):
    pass
