"""The rows of the server: users, media, requests, issues, and what its settings say."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count

from medianest_common.clock import Clock
from medianest_common.testing.planted import MARK

from .catalogue import Catalogue
from .numbers import (
    ALL_NOTIFICATIONS,
    Flavour,
    IssueStatus,
    IssueType,
    MediaKind,
    MediaStatus,
    Permission,
    RequestStatus,
)


@dataclass(eq=False, kw_only=True)
class User:
    id: int
    plex_id: int | None
    email: str | None
    username: str | None
    plex_username: str | None
    permissions: int
    created_at: datetime
    updated_at: datetime
    movie_quota: tuple[int, int] | None = None
    """Limit and days; None is the server's default, a limit of 0 is no limit."""
    tv_quota: tuple[int, int] | None = None

    @property
    def display_name(self) -> str | None:
        return self.username or self.plex_username or self.email

    def may(self, any_of: Permission) -> bool:
        return bool(self.permissions & (any_of | Permission.ADMIN))


@dataclass(eq=False, kw_only=True)
class PlexFriend:
    """An account that the owner's plex.tv knows and that can be imported."""

    plex_id: int
    email: str | None
    username: str


@dataclass(eq=False, kw_only=True)
class MediaSeason:
    id: int
    number: int
    created_at: datetime
    updated_at: datetime
    status: MediaStatus = MediaStatus.UNKNOWN
    status_4k: MediaStatus = MediaStatus.UNKNOWN


@dataclass(eq=False, kw_only=True)
class Media:
    id: int
    kind: MediaKind
    tmdb_id: int
    tvdb_id: int | None
    created_at: datetime
    updated_at: datetime
    status: MediaStatus = MediaStatus.UNKNOWN
    status_4k: MediaStatus = MediaStatus.UNKNOWN
    seasons: dict[int, MediaSeason] = field(default_factory=dict)
    rating_key: str | None = None
    rating_key_4k: str | None = None
    service_id: int | None = None
    external_service_id: int | None = None
    downloads: list[dict[str, object]] = field(default_factory=list)
    downloads_4k: list[dict[str, object]] = field(default_factory=list)

    def availability(self, *, is_4k: bool) -> MediaStatus:
        return self.status_4k if is_4k else self.status

    def becomes(self, status: MediaStatus, *, is_4k: bool, at: datetime) -> None:
        if is_4k:
            self.status_4k = status
        else:
            self.status = status
        self.updated_at = at


@dataclass(eq=False, kw_only=True)
class RequestedSeason:
    id: int
    number: int
    status: RequestStatus
    created_at: datetime
    updated_at: datetime


@dataclass(eq=False, kw_only=True)
class ServiceServer:
    """A Radarr or Sonarr that it knows, and what there is to choose from."""

    id: int
    name: str
    is_4k: bool = False
    is_default: bool = True
    profiles: dict[int, str] = field(default_factory=lambda: {4: "HD-1080p"})
    folders: dict[int, str] = field(default_factory=lambda: {1: "/data"})
    tags: dict[int, str] = field(default_factory=lambda: {1: "family"})
    away: bool = False
    """It does not answer to Overseerr."""


@dataclass(eq=False, kw_only=True)
class RequestRow:
    id: int
    media: Media
    status: RequestStatus
    is_4k: bool
    requested_by: User
    modified_by: User | None
    created_at: datetime
    updated_at: datetime
    seasons: list[RequestedSeason] = field(default_factory=list)
    options: dict[str, object] = field(default_factory=dict)
    """serverId, profileId, rootFolder, languageProfileId and tags, where they were given."""
    is_auto_request: bool = False

    @property
    def kind(self) -> MediaKind:
        return self.media.kind

    @property
    def season_numbers(self) -> list[int]:
        return [season.number for season in self.seasons]


@dataclass(eq=False, kw_only=True)
class IssueComment:
    id: int
    user: User
    message: str
    created_at: datetime


@dataclass(eq=False, kw_only=True)
class Issue:
    id: int
    type: IssueType
    status: IssueStatus
    media: Media
    season: int
    episode: int
    created_by: User
    modified_by: User | None
    created_at: datetime
    updated_at: datetime
    comments: list[IssueComment]


@dataclass(kw_only=True)
class WebhookSettings:
    payload: str
    """The template as it was posted: JSON in a JSON string, or whatever somebody sent instead."""
    url: str = ""
    authorization: str | None = None
    enabled: bool = False
    types: int = ALL_NOTIFICATIONS


class State:
    """Everything the server remembers. Times have whole seconds, as in its database."""

    def __init__(self, *, flavour: Flavour, clock: Clock) -> None:
        self.flavour: Flavour = flavour
        self.api_key = MARK + secrets.token_urlsafe(24)
        self.catalogue = Catalogue()
        self.webhook = WebhookSettings(payload='"{}"')
        self.users: dict[int, User] = {}
        self.plex_friends: dict[int, PlexFriend] = {}
        self.media: dict[tuple[MediaKind, int], Media] = {}
        self.requests: dict[int, RequestRow] = {}
        self.issues: dict[int, Issue] = {}
        self.default_permissions = int(Permission.REQUEST)
        self.default_movie_quota = (0, 7)
        self.default_tv_quota = (0, 7)
        self.special_episodes = False
        self.radarrs: dict[int, ServiceServer] = {}
        self.sonarrs: dict[int, ServiceServer] = {}
        self.partial_requests = True
        self.movie_4k = True
        self.series_4k = True
        self.arr_configured = True
        self.arr_delay = 0.0
        """Seconds that Seerr waits for Radarr and Sonarr before it lists requests."""
        self.tmdb_down = False
        self._clock = clock
        self._ids = {name: count(1) for name in ("user", "media", "season", "request", "issue", "comment")}

    def now(self) -> datetime:
        return self._clock.now().replace(microsecond=0)

    def next_id(self, name: str) -> int:
        return next(self._ids[name])

    def media_by_id(self, media_id: int) -> Media | None:
        return next((media for media in self.media.values() if media.id == media_id), None)

    def media_of(self, kind: MediaKind, tmdb_id: int, *, tvdb_id: int | None = None) -> Media:
        """The row of a title, made on first use."""
        media = self.media.get((kind, tmdb_id))
        if media is None:
            at = self.now()
            media = Media(
                id=self.next_id("media"),
                kind=kind,
                tmdb_id=tmdb_id,
                tvdb_id=tvdb_id,
                created_at=at,
                updated_at=at,
            )
            self.media[kind, tmdb_id] = media
        return media

    def season_of(self, media: Media, number: int) -> MediaSeason:
        season = media.seasons.get(number)
        if season is None:
            at = self.now()
            season = MediaSeason(id=self.next_id("season"), number=number, created_at=at, updated_at=at)
            media.seasons[number] = season
        return season

    def requests_for(self, media: Media) -> list[RequestRow]:
        return [request for request in self.requests.values() if request.media is media]

    def request_count(self, user: User) -> int:
        return sum(request.requested_by is user for request in self.requests.values())
