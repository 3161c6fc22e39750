"""What a title's page and its seasons tell, beyond what the household has of it."""

from datetime import date

from medianest_common.contracts.base import Contract


class CastMember(Contract):
    tmdb_id: int
    name: str
    character: str | None = None
    photo_url: str | None = None


class CrewMember(Contract):
    tmdb_id: int
    name: str
    job: str
    """`Director`, `Creator`, `Writer` and the like."""
    photo_url: str | None = None


class Trailer(Contract):
    youtube_key: str
    name: str


class Ratings(Contract):
    """`tmdb` is the mean of TMDB's votes, 0 to 10; None while nobody has voted."""

    tmdb: float | None = None
    tmdb_votes: int = 0
    certification: str | None = None
    """The age rating in the household's region, as that region writes it."""


class Provider(Contract):
    id: int
    name: str
    logo_url: str | None = None


class WhereToWatch(Contract):
    """In the household's region; `region` is its ISO 3166-1 code."""

    region: str
    link: str | None = None
    stream: list[Provider] = []
    rent: list[Provider] = []
    buy: list[Provider] = []


class Episode(Contract):
    number: int
    name: str
    overview: str
    air_date: date | None
    """A plain day, of no time zone."""
    runtime_minutes: int | None = None
    still_url: str | None = None


class Genre(Contract):
    id: int
    name: str
