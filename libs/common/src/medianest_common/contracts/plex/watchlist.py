"""What people have on their watchlists at Plex. The tokens with which these are read stay in the plex service."""

from uuid import UUID

from pydantic import Field

from medianest_common.contracts.base import Command, Contract, Event, Nothing, Timestamp

MOST_ITEMS = 1_000
"""Of a longer list the newest are looked at."""
LONGEST_TITLE = 150


class WatchlistItem(Contract):
    rating_key: str
    is_show: bool
    title: str
    year: int | None
    tmdb_id: int | None
    """None where Plex does not say which title it is in the catalogue."""


class WatchlistRead(Event):
    """The list, newest first, or why it cannot be read. What is neither among the items nor `untold` has left it, but
    for one that `has_gaps`.

    Told when either has changed, and again as it stands now and then, for whoever has missed something.
    """

    user_id: UUID
    at: Timestamp
    items: list[WatchlistItem] | None
    problem: str | None = None
    read_before: Timestamp | None = None
    """When the whole of it was read and told the time before. What was not on it then was put there since."""
    untold: list[str] = []
    """Keys of what is on it as well, and of which nothing more is known yet, or nothing that makes sense."""
    has_gaps: bool = False
    """There is more on it, of which not even the keys are known: what is not named here may still be on it."""


class WatchlistItemRemoved(Event):
    """By its owner, from here."""

    user_id: UUID
    rating_key: str
    at: Timestamp


class OfferAccountToken(Command[Nothing]):
    """At each sign-in with Plex. It is kept for those whose watchlist is read, and forgotten after a day otherwise."""

    user_id: UUID
    account_token: str = Field(repr=False)


class RemoveFromWatchlist(Command[Nothing]):
    """From the caller's own."""

    rating_key: str
