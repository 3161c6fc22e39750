"""Looking around in the libraries: lists, one item with all that is known of it, collections, what to go on with."""

from enum import StrEnum

from pydantic import Field

from medianest_common.contracts.base import Contract, Query
from medianest_common.contracts.plex import ItemType, LibraryItem


class ItemSort(StrEnum):
    TITLE = "title"
    ADDED_AT = "addedAt"
    YEAR = "year"
    RATING = "rating"
    RELEASED_AT = "releasedAt"
    DURATION = "duration"


class SortOrder(StrEnum):
    ASC = "asc"
    DESC = "desc"


class ItemPage(Contract):
    """`total` only for a whole library without filters."""

    items: list[LibraryItem]
    next_cursor: str | None = None
    total: int | None = None
    stale: bool = False


class ListMark(Contract):
    """From `position` on, counted from 0, the list has what `label` says: a letter, a year, a rating."""

    label: str
    position: int


class ItemPlaces(Contract):
    """`cursors` begin the pages of `size` items, the first of which needs none; each may be read in parts."""

    total: int
    size: int
    cursors: list[str | None]
    marks: list[ListMark] = []
    stale: bool = False


class GenreCount(Contract):
    name: str
    count: int | None = None


class LibraryFilters(Contract):
    """What the items of a library can be narrowed to."""

    genres: list[GenreCount]
    content_ratings: list[GenreCount]
    first_year: int | None = None
    last_year: int | None = None
    stale: bool = False


class OnDeckReason(StrEnum):
    NO_PLEX_ACCOUNT = "no_plex_account"
    """What somebody is watching is known only of people who sign in with Plex."""


class OnDeckItem(LibraryItem):
    view_offset_ms: int | None = None
    """Where the person stopped; None for what comes next in a show."""


class OnDeck(Contract):
    items: list[OnDeckItem]
    reason: OnDeckReason | None = None
    """Why there is nothing."""
    stale: bool = False


class CastMember(Contract):
    name: str
    role: str | None = None


class Rating(Contract):
    """`source` such as `imdb`, `rottentomatoes` or `themoviedb`; `kind` is `critic` or `audience`; of 10."""

    source: str | None
    kind: str | None
    value: float


class AudioStream(Contract):
    language: str | None = None
    title: str | None = None
    codec: str | None = None
    channels: int | None = None
    is_default: bool = False


class SubtitleStream(Contract):
    language: str | None = None
    title: str | None = None
    codec: str | None = None
    is_forced: bool = False
    is_external: bool = False


class MediaVersion(Contract):
    """One version of a film, episode or track. `files` are told to administrators only."""

    resolution: str | None = None
    """As Plex says it: `sd`, `720`, `1080`, `4k`."""
    width: int | None = None
    height: int | None = None
    container: str | None = None
    bitrate_kbps: int | None = None
    duration_ms: int | None = None
    size_bytes: int | None = None
    video_codec: str | None = None
    video_profile: str | None = None
    frame_rate: str | None = None
    hdr: str | None = None
    """`Dolby Vision`, `HDR10` or `HLG`; None for ordinary pictures."""
    audio_codec: str | None = None
    audio_channels: int | None = None
    audio: list[AudioStream] = []
    subtitles: list[SubtitleStream] = []
    files: list[str] = []


class ItemDetail(LibraryItem):
    """`stale` means that Plex could not be asked, and that only what the index holds is told."""

    tagline: str | None = None
    studio: str | None = None
    edition: str | None = None
    art: str | None = None
    """Opaque key of the picture behind it."""
    cast: list[CastMember] = []
    directors: list[str] = []
    writers: list[str] = []
    countries: list[str] = []
    collections: list[str] = []
    ratings: list[Rating] = []
    media: list[MediaVersion] = []
    view_count: int | None = None
    """How often the person who asks has seen it; None where that is not known."""
    view_offset_ms: int | None = None
    library_title: str | None = None
    plex_url: str | None = None
    """Where Plex's own page shows and plays it."""
    stale: bool = False


class CollectionDetail(ItemPage):
    collection: LibraryItem


class ItemChoice(Contract):
    """Which items of a library, and in which order."""

    library: str
    sort: ItemSort = ItemSort.TITLE
    order: SortOrder | None = None
    """Titles from A on, everything else from the newest, best and longest on, unless it is said."""
    type: ItemType | None = None
    genre: str | None = None
    year_from: int | None = None
    year_to: int | None = None
    content_rating: str | None = None
    rating_from: float | None = None
    unwatched: bool = False

    @property
    def is_narrowed(self) -> bool:
        narrow = (self.genre, self.year_from, self.year_to, self.content_rating, self.rating_from)
        return self.unwatched or any(value is not None for value in narrow)

    @property
    def descends(self) -> bool:
        if self.order is None:
            return self.sort is not ItemSort.TITLE
        return self.order is SortOrder.DESC


class ListItems(ItemChoice, Query[ItemPage]):
    limit: int = Field(default=20, ge=1, le=100)
    cursor: str | None = None


class FindPlaces(ItemChoice, Query[ItemPlaces]):
    """Where what one looks for stands in the list."""


class GetLibraryFilters(Query[LibraryFilters]):
    library: str
    type: ItemType | None = None


class ListOnDeck(Query[OnDeck]):
    limit: int = Field(default=20, ge=1, le=100)


class GetItem(Query[ItemDetail]):
    rating_key: str


class ListChildren(Query[ItemPage]):
    rating_key: str
    limit: int = Field(default=20, ge=1, le=100)
    cursor: str | None = None


class ListCollections(Query[ItemPage]):
    library: str | None = None
    limit: int = Field(default=20, ge=1, le=100)
    cursor: str | None = None


class GetCollection(Query[CollectionDetail]):
    rating_key: str
    limit: int = Field(default=20, ge=1, le=100)
    cursor: str | None = None
