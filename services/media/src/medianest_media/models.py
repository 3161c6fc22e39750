"""The tables of the media service. What must never happen twice is a constraint here."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    Text,
    TypeDecorator,
    false,
    text,
    true,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from medianest_common.contracts.media import MediaType, RequestStatus
from medianest_common.db import TYPES, service_metadata


class Word(TypeDecorator[StrEnum]):
    """A member of an enumeration, stored as its text."""

    impl = Text
    cache_ok = True

    def __init__(self, kind: type[StrEnum]) -> None:
        super().__init__()
        self.kind = kind

    def process_bind_param(self, value: StrEnum | None, dialect: Any) -> str | None:
        return None if value is None else str(value)

    def process_result_value(self, value: str | None, dialect: Any) -> StrEnum | None:
        return None if value is None else self.kind(value)


class Base(DeclarativeBase):
    metadata = service_metadata()
    type_annotation_map = {
        **TYPES,
        list[int]: ARRAY(Integer),
        MediaType: Word(MediaType),
        RequestStatus: Word(RequestStatus),
    }


def one_of(column: str, values: type[StrEnum]) -> CheckConstraint:
    return CheckConstraint(f"{column} in ({', '.join(f"'{value}'" for value in values)})", name=column)


LIST_FILTERS = (
    (),
    ("media_type",),
    ("status",),
    ("status", "media_type"),
    ("user_id",),
    ("user_id", "media_type"),
    ("user_id", "status"),
    ("user_id", "status", "media_type"),
)
"""Every way in which the list of requests is filtered. Each has an index in each order, so that a page costs the same
among a thousand requests and among a million."""


def list_indexes() -> list[Index]:
    """The primary key is the index of the first filter in the order of creation."""
    by_creation = [
        Index(f"ix_requests_{'_'.join(names)}_id", *names, "id") for names in LIST_FILTERS if names
    ]
    by_change = [
        Index(f"ix_requests_{'_'.join((*names, 'updated_at'))}", *names, "updated_at", "id")
        for names in LIST_FILTERS
    ]
    return by_creation + by_change


class Request(Base):
    """One person's wish. `version` grows with every move; `backend_*` is what we know of its twin in Overseerr."""

    __tablename__ = "requests"
    __table_args__ = (
        one_of("media_type", MediaType),
        one_of("status", RequestStatus),
        *list_indexes(),
        Index("ix_requests_words", text("to_tsvector('simple', title_words)"), postgresql_using="gin"),
        Index("ix_requests_backend_id", "backend_id", postgresql_where=text("backend_id is not null")),
        Index("ix_requests_owed", "attempted_at", postgresql_where=text("not in_line")),
        Index("ix_requests_checked_at", "checked_at", postgresql_where=text("watched")),
        Index("ix_requests_title", "tmdb_id", "media_type"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    media_type: Mapped[MediaType]
    tmdb_id: Mapped[int]
    is_4k: Mapped[bool]
    seasons: Mapped[list[int]]
    all_seasons: Mapped[bool] = mapped_column(server_default=false())
    """Asked for as a whole while nobody could say which seasons there are; replaced by their numbers once known."""

    title: Mapped[str]
    title_words: Mapped[str]
    title_known: Mapped[bool]
    year: Mapped[int | None]
    poster_path: Mapped[str | None]

    status: Mapped[RequestStatus]
    status_since: Mapped[datetime]
    status_reason: Mapped[str | None]
    note: Mapped[str | None]
    version: Mapped[int]

    in_line: Mapped[bool]
    """Whether the backend has been told of the request as it stands."""
    backend_id: Mapped[int | None]
    adopted: Mapped[bool] = mapped_column(server_default=false())
    """The twin in the backend was there before and is not ours to delete."""
    waiting_reason: Mapped[str | None]
    """Why the backend does not know it as it stands, in words for the person who waits."""
    attempted_at: Mapped[datetime]
    resumes: Mapped[int] = mapped_column(server_default=text("0"))
    """How often the work was put back into the queue because nobody seemed to be at it."""
    watched: Mapped[bool] = mapped_column(server_default=true())
    """Whether the backend may still have news of it."""
    checked_at: Mapped[datetime]
    missing_since: Mapped[datetime | None]
    """When the backend was first seen not to know it any more."""

    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class Claim(Base):
    """What a request that is not over asks for. Two people who want the same at one moment meet at the primary key.

    `season` is 0 for a film, and `EVERY_SEASON` for a show whose seasons nobody could name yet.
    """

    __tablename__ = "claims"
    __table_args__ = (one_of("media_type", MediaType), Index("ix_claims_request_id", "request_id"))

    tmdb_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    media_type: Mapped[MediaType] = mapped_column(primary_key=True)
    is_4k: Mapped[bool] = mapped_column(primary_key=True)
    season: Mapped[int] = mapped_column(Integer, primary_key=True)
    request_id: Mapped[UUID] = mapped_column(
        ForeignKey("requests.id", ondelete="CASCADE", deferrable=True, initially="DEFERRED")
    )


EVERY_SEASON = -1


class History(Base):
    """Who moved a request where, when and why. One row for each version, so that no move is told twice."""

    __tablename__ = "request_history"
    __table_args__ = (
        Index("ix_request_history_actor_id", "actor_id", postgresql_where=text("actor_id is not null")),
    )

    request_id: Mapped[UUID] = mapped_column(ForeignKey("requests.id", ondelete="CASCADE"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    status: Mapped[RequestStatus]
    at: Mapped[datetime]
    actor_id: Mapped[UUID | None]
    actor_name: Mapped[str | None]
    reason: Mapped[str | None]

    request: Mapped[Request] = relationship(lazy="raise")


class Person(Base):
    """What the auth service tells about somebody. The row is also what one person's requests queue up at."""

    __tablename__ = "people"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    email: Mapped[str | None]
    role: Mapped[str]
    plex_id: Mapped[int | None]
    backend_user_id: Mapped[int | None]
    version: Mapped[int]
    erased_at: Mapped[datetime | None]
    """When they left. The row is then empty, and stays so whatever comes late."""


class Count(Base):
    """How many requests a person has in each state; kept by a trigger, so that nobody has to count."""

    __tablename__ = "request_counts"

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    media_type: Mapped[MediaType] = mapped_column(primary_key=True)
    status: Mapped[RequestStatus] = mapped_column(primary_key=True)
    n: Mapped[int]


class SeenTitle(Base):
    """What a title is called, remembered from every answer of the backend for the time when it does not answer."""

    __tablename__ = "titles"
    __table_args__ = (
        one_of("media_type", MediaType),
        Index("ix_titles_tvdb_id", "tvdb_id", postgresql_where=text("tvdb_id is not null")),
        Index("ix_titles_imdb_id", "imdb_id", postgresql_where=text("imdb_id is not null")),
    )

    tmdb_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    media_type: Mapped[MediaType] = mapped_column(primary_key=True)
    title: Mapped[str]
    year: Mapped[int | None]
    poster_path: Mapped[str | None]
    seasons: Mapped[list[int] | None]
    """Those one can ask for; None while only a list has named the title."""
    seen_at: Mapped[datetime]
    episodes: Mapped[dict[str, Any] | None]
    """How many each season has, by its number; what the library is held against."""
    tvdb_id: Mapped[int | None]
    imdb_id: Mapped[str | None]


class LibraryItem(Base):
    """A film, show or season in the household's own library, as the plex service tells it.

    `season` is None for the title itself. A season has no ids: it belongs to the show with its `parent_key`. What has
    left is kept for a while, `gone`: that it is not there is known then, whatever the backend says.
    """

    __tablename__ = "library_items"
    __table_args__ = (
        one_of("media_type", MediaType),
        Index("ix_library_items_tmdb_id", "tmdb_id", postgresql_where=text("tmdb_id is not null")),
        Index("ix_library_items_tvdb_id", "tvdb_id", postgresql_where=text("tvdb_id is not null")),
        Index("ix_library_items_imdb_id", "imdb_id", postgresql_where=text("imdb_id is not null")),
        Index(
            "ix_library_items_parent_key",
            "machine_identifier",
            "parent_key",
            postgresql_where=text("season is not null"),
        ),
        Index("ix_library_items_gone", "seen_at", postgresql_where=text("gone")),
    )

    machine_identifier: Mapped[str] = mapped_column(primary_key=True)
    rating_key: Mapped[str] = mapped_column(primary_key=True)
    media_type: Mapped[MediaType]
    season: Mapped[int | None] = mapped_column(Integer)
    parent_key: Mapped[str | None]
    tmdb_id: Mapped[int | None]
    tvdb_id: Mapped[int | None]
    imdb_id: Mapped[str | None]
    episode_count: Mapped[int | None]
    gone: Mapped[bool]
    seen_at: Mapped[datetime]
    """Of two events about an item, the later one holds."""
