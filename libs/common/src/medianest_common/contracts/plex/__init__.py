"""The household's Plex server and what is in it."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from pydantic import Field

from medianest_common.contracts.base import Command, Contract, Event, Job, Nothing, Query, Timestamp
from medianest_common.contracts.personal import DataErased, PersonalData


class ItemType(StrEnum):
    MOVIE = "movie"
    SHOW = "show"
    SEASON = "season"
    EPISODE = "episode"
    ARTIST = "artist"
    ALBUM = "album"
    TRACK = "track"
    COLLECTION = "collection"


class PlexServer(Contract):
    name: str
    version: str | None
    platform: str | None
    online: bool
    last_seen_at: Timestamp | None


class ServerIdentity(Contract):
    """`machine_identifier` is what makes a server this server; its address and name may change."""

    machine_identifier: str
    name: str


class Library(Contract):
    key: str
    title: str
    type: str
    count: int | None = None
    """Films, shows or artists."""


class Libraries(Contract):
    items: list[Library]
    stale: bool = False


class LibraryItem(Contract):
    rating_key: str
    type: ItemType
    title: str
    parent_title: str | None = None
    grandparent_title: str | None = None
    index: int | None = None
    parent_index: int | None = None
    year: int | None
    summary: str | None = None
    library_key: str
    image: str | None
    """Opaque key for `/plex/images/{key}`."""
    added_at: Timestamp | None
    duration_ms: int | None = None
    tmdb_id: int | None = None
    tvdb_id: int | None = None
    imdb_id: str | None = None
    original_title: str | None = None
    parent_key: str | None = None
    grandparent_key: str | None = None
    released_on: date | None = None
    rating: float | None = None
    """Of 10."""
    content_rating: str | None = None
    genres: list[str] = []
    child_count: int | None = None
    leaf_count: int | None = None
    """Episodes of a show or season, tracks of an artist or album."""
    new_episodes: int | None = None
    """Only among what was recently added: how many of a show's or season's episodes are new."""


class LibraryItems(Contract):
    items: list[LibraryItem]
    stale: bool = False


class MemberKind(StrEnum):
    OWNER = "owner"
    FRIEND = "friend"
    HOME = "home"
    """Of the owner's Plex Home; managed ones have neither a user name nor an address."""


class ServerMember(Contract):
    """`plex_id` alone says who it is."""

    plex_id: int
    kind: MemberKind
    name: str
    email: str | None = None
    avatar_url: str | None = None
    restricted: bool = False


class ServerMembers(Contract):
    """Everybody with access to the server, its owner first. Always complete: who is not in it has no access."""

    items: list[ServerMember]


class GetServer(Query[PlexServer]):
    pass


class GetServerIdentity(Query[ServerIdentity]):
    """For sign-in: which server an account must have access to. `Unavailable` until one is known."""


class ListServerMembers(Query[ServerMembers]):
    """What plex.tv says now to the owner's token. Whatever keeps it from being known whole is an error."""


class ListLibraries(Query[Libraries]):
    pass


class ListRecentlyAdded(Query[LibraryItems]):
    limit: int = Field(default=20, ge=1, le=100)
    library: str | None = None
    """The key of one; all of them otherwise."""


class SearchLibrary(Query[LibraryItems]):
    query: str
    type: ItemType | None = None
    limit: int = Field(default=20, ge=1, le=100)


class GetImage(Query[Nothing]):
    """Answers raw image bytes, not JSON; width and height in pixels."""

    key: str
    width: int
    height: int


class RememberMember(Command[Nothing]):
    """Sent at each Plex sign-in, so that the person's own access to the server decides which libraries are shown."""

    user_id: UUID
    plex_id: int
    server_token: str = Field(repr=False)
    restricted: bool
    owns_server: bool = False
    machine_identifier: str | None = None
    """The server that all this was found out about."""
    account_token: str | None = Field(default=None, repr=False)
    """Only of whoever owns the server: with it the server is found, and who has access to it."""


class MemberRefused(Event):
    """The server did not take the own token of somebody who signs in with Plex: their access may be over."""

    user_id: UUID
    plex_id: int


class ExportUserData(Query[PersonalData]):
    cursor: str | None = None


class UserDataErased(DataErased):
    pass


class ForgetEvents(Job):
    """As `auth.ForgetEvents`, for the events of this service."""

    user_id: UUID
