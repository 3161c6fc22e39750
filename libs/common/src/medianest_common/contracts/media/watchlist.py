"""Requests that come by themselves from somebody's watchlist at Plex."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from medianest_common.contracts.base import Body, Command, Contract, Event, Job, Page, Query, Timestamp
from medianest_common.contracts.media import MediaType


class ShowChoice(StrEnum):
    """What of a show on the list is asked for."""

    ALL = "all"
    FIRST = "first"
    """Its first season."""


class WatchlistState(StrEnum):
    WAITING = "waiting"
    """Is looked at in a moment."""
    HELD = "held"
    """Cannot be asked for now, as when the quota is used up; is tried again."""
    REQUESTED = "requested"
    SKIPPED = "skipped"
    """Is there already, or somebody else has asked for it, or it is no title that can be asked for."""
    DISMISSED = "dismissed"
    """Was asked for and declined, cancelled or deleted. It is not asked for again while it stays on the list."""


WatchlistKey = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z]{1,64}$")]
"""How Plex names a title to everybody, such as `5d776b59ad5437001f79c6f8`."""


class WatchlistEntry(Contract):
    rating_key: str
    media_type: MediaType
    tmdb_id: int | None
    title: str
    year: int | None
    state: WatchlistState
    reason: str | None
    request_id: UUID | None
    first_seen_at: Timestamp


class Watchlist(Contract):
    """`items` and `next_cursor` as in every list, newest first."""

    enabled: bool
    allowed: bool
    """Whether the household allows it at all."""
    shows: ShowChoice
    read_at: Timestamp | None
    """When Plex was last asked and answered."""
    problem: str | None
    """Why it cannot be read, in words."""
    items: list[WatchlistEntry]
    next_cursor: str | None = None


class WatchlistBody(Body):
    enabled: bool
    shows: ShowChoice = Field(default=ShowChoice.ALL, strict=False)


class GetWatchlist(Query[Watchlist]):
    limit: int = Field(default=20, ge=1, le=100)
    cursor: str | None = None


class SetWatchlist(Command[Watchlist]):
    enabled: bool
    shows: ShowChoice = ShowChoice.ALL


class WatchlistPerson(Contract):
    """How somebody's list stands, for administrators."""

    user_id: UUID
    name: str
    shows: ShowChoice
    read_at: Timestamp | None
    problem: str | None
    items: int
    requested: int
    held: int
    held_because: str | None
    """The reason of the newest that is held."""


class ListWatchlists(Query[Page[WatchlistPerson]]):
    limit: int = Field(default=20, ge=1, le=100)
    cursor: str | None = None


class WatchlistSwitched(Event):
    """Somebody wants their watchlist read, or no longer; `at` decides which of two is later."""

    user_id: UUID
    enabled: bool
    at: Timestamp


class RequestFromWatchlist(Job):
    """Look at what of somebody's watchlist is due. Safe to run at any time and any number of times."""

    user_id: UUID
