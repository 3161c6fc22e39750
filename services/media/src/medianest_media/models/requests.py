"""Requests, what they hold, and how they came to be as they are."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Integer, false, text, true
from sqlalchemy.orm import Mapped, mapped_column, relationship

from medianest_common.contracts.media import MediaType, RequestSource, RequestStatus
from medianest_common.db import one_of
from medianest_media.models.base import Base

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
    """One person's wish. `version` grows with every move; `backend_*` is what we know of its twin there."""

    __tablename__ = "requests"
    __table_args__ = (
        one_of("media_type", MediaType),
        one_of("status", RequestStatus),
        one_of("source", RequestSource),
        *list_indexes(),
        Index("ix_requests_words", text("to_tsvector('simple', title_words)"), postgresql_using="gin"),
        Index("ix_requests_backend_id", "backend_id", postgresql_where=text("backend_id is not null")),
        Index("ix_requests_owed", "attempted_at", postgresql_where=text("not in_line")),
        Index("ix_requests_checked_at", "checked_at", postgresql_where=text("watched")),
        Index("ix_requests_title", "tmdb_id", "media_type"),
        Index(
            "ix_requests_untitled",
            "attempted_at",
            postgresql_where=text("source = 'import' and not title_known"),
        ),
        Index("ix_requests_stuck", "id", postgresql_where=text("stuck_since is not null")),
        Index(
            "ix_requests_stuck_updated_at",
            "updated_at",
            "id",
            postgresql_where=text("stuck_since is not null"),
        ),
        Index(
            "ix_requests_not_passed_on",
            "status_since",
            postgresql_where=text("status = 'approved' and stuck_since is null"),
        ),
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

    source: Mapped[str] = mapped_column(server_default=RequestSource.PORTAL.value)
    """How it came about, as a `RequestSource`."""
    status: Mapped[RequestStatus]
    status_since: Mapped[datetime]
    status_reason: Mapped[str | None]
    note: Mapped[str | None]
    version: Mapped[int]

    in_line: Mapped[bool]
    """Whether the backend has been told of the request as it stands."""
    backend: Mapped[str | None]
    """Which backend was told last. `backend_id` and `adopted` mean something to that one only."""
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

    uses_quota: Mapped[bool] = mapped_column(server_default=true())
    """Whether it counts for the quota of the person it is for."""
    counted_at: Mapped[datetime | None]
    """Since when it counts, where an edit has made more of it than was asked for at first."""
    unjudged: Mapped[bool] = mapped_column(server_default=false())
    """The approval rules ask for something about the title that nobody could say yet."""
    stuck_since: Mapped[datetime | None]
    """When it was noticed that nothing follows its approval."""

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


class Count(Base):
    """How many requests a person has in each state; kept by a trigger, so that nobody has to count."""

    __tablename__ = "request_counts"

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    media_type: Mapped[MediaType] = mapped_column(primary_key=True)
    status: Mapped[RequestStatus] = mapped_column(primary_key=True)
    n: Mapped[int]
