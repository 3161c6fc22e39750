"""What one webhook says."""

from collections.abc import Sequence
from dataclasses import dataclass

from medianest_common.contracts.health.webhooks import Level
from medianest_common.contracts.media import MediaType


@dataclass(frozen=True, slots=True, kw_only=True)
class TitleNews:
    """Something has become of a film or a show."""

    media_type: MediaType
    tmdb_id: int | None
    tvdb_id: int | None
    imdb_id: str | None
    title: str | None
    year: int | None
    seasons: Sequence[int] = ()
    is_4k: bool | None = None
    is_grabbed: bool = False
    is_gone: bool = False
    is_in_library: bool = False
    """A file has come or gone, so that the media server has something to find out."""


@dataclass(frozen=True, slots=True)
class Grievance:
    """Something is wrong with the sender itself, or is no longer."""

    kind: str
    level: Level
    message: str
    is_over: bool


@dataclass(frozen=True, slots=True)
class Stuck:
    """A download that it cannot deal with alone."""

    title: str
    reason: str | None


@dataclass(frozen=True, slots=True)
class Turn:
    """Something that is watched elsewhere is up or down."""

    ref: str
    """By which it is known again."""
    number: int | None
    """What Uptime Kuma calls it."""
    name: str
    is_up: bool
    message: str | None


type Meaning = TitleNews | Grievance | Stuck | Turn


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """`event` is empty where the body has none. `mark` is what makes two of them the same."""

    instance: str
    event: str
    is_known: bool
    mark: str
    opposite: str | None = None
    """The event that would take this one back: once that has come, this one may come again."""
    meanings: Sequence[Meaning] = ()
