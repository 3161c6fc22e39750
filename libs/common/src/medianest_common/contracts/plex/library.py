"""What the index of the libraries tells others."""

from medianest_common.contracts.base import Contract, Event, Job, Query, Timestamp
from medianest_common.contracts.plex import ItemType


class ItemEvent(Event):
    """A film, show, season, artist, album or collection. For a season, the ids are those of its show, and
    `episode_count` says how many of its episodes are there.

    `machine_identifier` and `rating_key` together name the item; one title may have several. Events may be late: of two
    about one item the one with the later `seen_at` holds.
    """

    machine_identifier: str
    rating_key: str
    server_name: str | None = None
    library_key: str
    library_title: str | None = None
    item_type: ItemType
    title: str
    year: int | None
    tmdb_id: int | None
    tvdb_id: int | None
    imdb_id: str | None
    parent_key: str | None = None
    parent_title: str | None = None
    """Of the show that a season belongs to, of the artist of an album."""
    season: int | None = None
    episode_count: int | None = None
    resolutions: list[str] = []
    """Of a film's copies, such as `1080` and `4k`; empty where Plex does not say. Other kinds have none."""
    added_at: Timestamp | None = None
    seen_at: Timestamp


class ItemAdded(ItemEvent):
    """`is_news` is False for what is merely read for the first time, and for what came back under another number."""

    is_news: bool


class ItemChanged(ItemEvent):
    episodes_before: int | None = None
    """How many were there when this was told the time before; None where everything is told again, and of growth
    that is no news: while a library is read for the first time, or after nobody has looked for a day."""


class ItemRemoved(ItemEvent):
    pass


class LibraryCensus(Contract):
    """What has been told of films, shows and seasons, in short, for whoever listens to hold their own against it.

    `fingerprint` is made of `rating_key|tmdb_id|tvdb_id|imdb_id|season|episode_count|4k` of each, with nothing for what
    is missing and for the ids of seasons, and `4k` where a copy is that: the first 64 bits of each one's MD5, joined by
    exclusive or, as a signed number.
    """

    machine_identifier: str | None
    complete: bool
    """False as long as something is still being read for the first time."""
    items: int = 0
    fingerprint: int = 0


class GetLibraryCensus(Query[LibraryCensus]):
    pass


class TellLibraryAgain(Job):
    """For whoever has missed something: everything is told as `ItemChanged`, and `LibraryTold` at the end."""


class LibraryTold(Event):
    """Everything that is there was told again since `began_at`; whatever was not is not there."""

    machine_identifier: str
    began_at: Timestamp
