"""What the index of the libraries tells others."""

from medianest_common.contracts.base import Event, Timestamp
from medianest_common.contracts.plex import ItemType


class ItemEvent(Event):
    """A film, show, season, artist, album or collection. For a season, the ids are those of its show, and
    `episode_count` says how many of its episodes are there.

    `machine_identifier` and `rating_key` together name the item; one title may have several. Events may be late: of two
    about one item the one with the later `seen_at` holds.
    """

    machine_identifier: str
    rating_key: str
    library_key: str
    item_type: ItemType
    title: str
    year: int | None
    tmdb_id: int | None
    tvdb_id: int | None
    imdb_id: str | None
    parent_key: str | None = None
    season: int | None = None
    episode_count: int | None = None
    added_at: Timestamp | None = None
    seen_at: Timestamp


class ItemAdded(ItemEvent):
    """`is_news` is False for what is merely read for the first time, and for what came back under another number."""

    is_news: bool


class ItemChanged(ItemEvent):
    pass


class ItemRemoved(ItemEvent):
    pass
