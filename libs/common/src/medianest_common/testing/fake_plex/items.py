"""Sections and items, as the fake server holds them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

type SectionType = Literal["movie", "show", "artist", "photo"]
type ItemType = Literal[
    "movie", "show", "season", "episode", "artist", "album", "track", "photo", "collection"
]

TYPE_NUMBER: Mapping[ItemType, int] = {
    "movie": 1,
    "show": 2,
    "season": 3,
    "episode": 4,
    "artist": 8,
    "album": 9,
    "track": 10,
    "photo": 13,
    "collection": 18,
}
HOLDERS = frozenset({"show", "season", "artist", "album"})
"""What goes with the last thing in it."""
_HAVE_GRANDCHILDREN = frozenset({"show", "artist"})


@dataclass(eq=False, kw_only=True)
class Section:
    key: int
    title: str
    type: SectionType
    uuid: str
    path: str
    scanned_at: datetime
    hidden: bool = False
    agent: str = ""

    @property
    def global_id(self) -> int:
        """The id plex.tv uses for sharing, which is not the local key."""
        return 1000 + self.key


@dataclass(eq=False, kw_only=True)
class Item:
    key: int
    type: ItemType
    title: str
    section: Section
    guid: str
    added_at: datetime
    updated_at: datetime
    external: list[str] = field(default_factory=list)
    year: int | None = None
    index: int | None = None
    parent: "Item | None" = None
    children: "list[Item]" = field(default_factory=list)
    summary: str = ""
    genres: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    content_rating: str | None = None
    has_thumb: bool = True
    original_title: str | None = None
    rating: float | None = None
    """The audience's, of 10."""
    resolutions: tuple[str, ...] = ()
    """One copy of each; none for one copy in the recorded one."""
    duration_ms: int | None = None
    """None for what the recorded one lasts."""
    file: str | None = None
    """Where it really lies, for what a scan has found on the disk."""
    published_on: str | None = None
    custom_order: bool = False
    """Of a collection: its items are in the order somebody has put them into."""

    @property
    def rating_key(self) -> str:
        return str(self.key)

    @property
    def title_sort(self) -> str:
        return self.title.removeprefix("The ").removeprefix("A ")

    @property
    def leaves(self) -> "list[Item]":
        if self.type in _HAVE_GRANDCHILDREN:
            return [leaf for child in self.children for leaf in child.children]
        return self.children

    @property
    def top(self) -> "Item":
        return self if self.parent is None else self.parent.top


def external_ids(*, tmdb: int | None, imdb: str | None, tvdb: int | None) -> list[str]:
    named = {"imdb": imdb, "tmdb": tmdb, "tvdb": tvdb}
    return [f"{source}://{value}" for source, value in named.items() if value is not None]


def tag_id(name: str) -> int:
    """By which lists are narrowed to a genre or actor."""
    return sum(name.encode()) % 9000 + 1
