"""What is played on the server, what was played, and what it adds up to."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from pydantic import Field

from medianest_common.contracts.base import Contract, Event, Page, Query, Timestamp


class PlayKind(StrEnum):
    """`PREROLL` is what the server shows before a film, `OTHER` what is in no library and is none of the others."""

    LIBRARY = "library"
    LIVE = "live"
    PREROLL = "preroll"
    OTHER = "other"


class PlayState(StrEnum):
    PLAYING = "playing"
    PAUSED = "paused"
    BUFFERING = "buffering"
    STOPPED = "stopped"
    """Only in what is pushed: a session that has ended is in no list."""


class StreamDecision(StrEnum):
    """`DIRECT_STREAM`: in another container, sound and picture as they are in the file."""

    DIRECT_PLAY = "direct_play"
    DIRECT_STREAM = "direct_stream"
    TRANSCODE = "transcode"


class PlayedItem(Contract):
    """`rating_key` and `library_key` are None for live television and for what is in no library.

    `top_title` is the show or artist of an episode or track.
    """

    kind: PlayKind
    rating_key: str | None
    library_key: str | None
    type: str
    title: str
    parent_title: str | None
    top_title: str | None
    index: int | None
    parent_index: int | None
    year: int | None
    image: str | None
    """Opaque key for `/plex/images/{key}`."""
    duration_seconds: int | None


class Stream(Contract):
    player: str | None
    platform: str | None
    product: str | None
    decision: StreamDecision | None
    quality: str | None
    bandwidth_kbps: int | None
    local: bool | None
    relayed: bool | None


class Viewer(Contract):
    """`user_id` is None for accounts that have never signed in here."""

    account_id: int
    user_id: UUID | None
    name: str


class PlaySession(Contract):
    id: UUID
    """The same as that of the entry in the history, once it is over."""
    viewer: Viewer
    item: PlayedItem
    stream: Stream
    state: PlayState
    position_seconds: int
    started_at: Timestamp
    seen_at: Timestamp


class NowPlaying(Contract):
    """`as_of` is when the server was asked last; None if never. `stale` when that is too long ago to be believed."""

    items: list[PlaySession]
    as_of: Timestamp | None
    stale: bool


class HistoryMode(StrEnum):
    ON = "on"
    """Recorded; administrators see everybody's, everyone their own."""
    OWN = "own"
    """Recorded; everyone sees their own, and nobody anything else."""
    OFF = "off"
    """Nothing is recorded, and nothing shown."""


class Play(Contract):
    """`imported` plays come from the server's own history, which knows only when something had been watched."""

    id: UUID
    viewer: Viewer
    item: PlayedItem
    stream: Stream
    started_at: Timestamp
    stopped_at: Timestamp
    played_seconds: int
    paused_seconds: int
    watched_percent: int | None
    imported: bool


class PlayHistory(Page[Play]):
    mode: HistoryMode


class Figures(Contract):
    plays: int
    seconds: int


class DayFigures(Figures):
    day: date


class HourFigures(Figures):
    """`hour` of the household's day, 0 to 23."""

    hour: int


class TitleFigures(Figures):
    """`rating_key` and `image` are None for what is no longer in the library."""

    title: str
    rating_key: str | None
    year: int | None
    image: str | None


class LibraryFigures(Figures):
    library_key: str
    title: str


class NamedFigures(Figures):
    name: str


class ViewerFigures(Figures):
    viewer: Viewer


class PlayStats(Contract):
    """Of whole days in the household's time zone, up to today. The most played come first."""

    mode: HistoryMode
    days: int
    total: Figures
    movies: list[TitleFigures]
    shows: list[TitleFigures]
    artists: list[TitleFigures]
    viewers: list[ViewerFigures]
    """Only of everybody's figures."""
    libraries: list[LibraryFigures]
    players: list[NamedFigures]
    platforms: list[NamedFigures]
    decisions: list[NamedFigures]
    per_day: list[DayFigures]
    per_hour: list[HourFigures]


class ListSessions(Query[NowPlaying]):
    """Everybody's, for administrators; with `mine` the caller's own."""

    mine: bool = False


class ListPlays(Query[PlayHistory]):
    """The newest first. `user` and `account` name one and the same person in two ways."""

    mine: bool = False
    user: UUID | None = None
    account: int | None = Field(default=None, ge=0, le=2**53)
    library: str | None = Field(default=None, max_length=18, pattern=r"^[0-9]+$")
    since: Timestamp | None = None
    until: Timestamp | None = None
    limit: int = Field(default=20, ge=1, le=100)
    cursor: str | None = None


class GetPlayStats(Query[PlayStats]):
    mine: bool = False
    user: UUID | None = None
    days: int = Field(default=30, ge=1, le=366)
    limit: int = Field(default=10, ge=1, le=50)


SESSION_CHANGED = "plex.session"
"""A live frame: a `PlaySession` as it is now. To administrators, and to the person whose it is."""
SCAN_PROGRESSED = "plex.scan"
"""A live frame to administrators: `libraryKey`, `title`, `percent` (None while unknown) and `done`."""


class PlaybackHinted(Event):
    """Somebody said that something on the server begins, goes on or ends: a reason to look, and no more."""
