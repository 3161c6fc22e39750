"""Playlists and channels, those who asked for them once, and those who follow them."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Date, ForeignKey, Index, Integer, UniqueConstraint, false, text, true
from sqlalchemy.orm import Mapped, mapped_column

from medianest_common.contracts.youtube import FailureCode, LinkKind
from medianest_common.contracts.youtube.downloads import BatchStatus
from medianest_common.contracts.youtube.subscriptions import Backfill
from medianest_common.db import one_of
from medianest_youtube.models.base import Base


class ListedPlace(Base):
    """A playlist (`PL…`) or channel (`UC…`) as last read."""

    __tablename__ = "lists"
    __table_args__ = (one_of("kind", LinkKind),)

    id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[LinkKind]
    title: Mapped[str | None]
    channel_id: Mapped[str | None]
    channel: Mapped[str | None]
    thumbnail_url: Mapped[str | None]
    next_ordinal: Mapped[int] = mapped_column(Integer, server_default=text("1"))
    read_at: Mapped[datetime | None]
    """When it was last read to its end."""


class ListEntry(Base):
    """A video in it. `ordinal` is the order of first sight and never changes; `position` is where it was last seen."""

    __tablename__ = "list_entries"
    __table_args__ = (
        UniqueConstraint("list_id", "ordinal"),
        Index("ix_list_entries_list_id_position", "list_id", "position"),
    )

    list_id: Mapped[str] = mapped_column(ForeignKey("lists.id", ondelete="CASCADE"), primary_key=True)
    video_id: Mapped[str] = mapped_column(primary_key=True)
    ordinal: Mapped[int] = mapped_column(Integer)
    position: Mapped[int] = mapped_column(Integer)
    title: Mapped[str]
    duration_seconds: Mapped[int | None] = mapped_column(Integer)
    published_on: Mapped[date | None] = mapped_column(Date)
    availability: Mapped[str | None]
    """Why it cannot be downloaded, where the list already says so: private, removed, members_only, upcoming…"""
    first_seen_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    gone_at: Mapped[datetime | None]
    """When it was found to be in the list no more."""


class Batch(Base):
    """A list asked for once by one person. Read in pieces: `cursor` is how many entries have been dealt with."""

    __tablename__ = "batches"
    __table_args__ = (
        one_of("status", BatchStatus),
        Index("ix_batches_user_id_id", "user_id", "id"),
        Index("ix_batches_unread", "queued_at", postgresql_where=text("status in ('queued', 'indexing')")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    kind: Mapped[LinkKind]
    url: Mapped[str]
    """The canonical one. A channel's handle is known by its list only once it has been read."""
    list_id: Mapped[str | None] = mapped_column(ForeignKey("lists.id"))
    profile_id: Mapped[UUID] = mapped_column(ForeignKey("profiles.id"))
    title: Mapped[str | None]
    collection: Mapped[str | None]
    most: Mapped[int | None] = mapped_column(Integer)
    status: Mapped[BatchStatus]
    failure: Mapped[FailureCode | None]
    attempts: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    cursor: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    reading_since: Mapped[datetime | None]
    found: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    made: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    skipped: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    queued_at: Mapped[datetime]
    not_before: Mapped[datetime | None]
    epoch: Mapped[int] = mapped_column(server_default=text("0"))
    lease_until: Mapped[datetime | None]
    created_at: Mapped[datetime]


class Subscription(Base):
    """A list that one person follows. `since` bounds `new_only`: what was published before is not taken."""

    __tablename__ = "subscriptions"
    __table_args__ = (
        one_of("backfill", Backfill),
        UniqueConstraint("user_id", "url", "profile_id"),
        Index("ix_subscriptions_user_id_id", "user_id", "id"),
        Index("ix_subscriptions_due", "next_check_at", postgresql_where=text("enabled")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    kind: Mapped[LinkKind]
    url: Mapped[str]
    list_id: Mapped[str | None] = mapped_column(ForeignKey("lists.id"))
    profile_id: Mapped[UUID] = mapped_column(ForeignKey("profiles.id"))
    backfill: Mapped[str]
    backfill_count: Mapped[int | None] = mapped_column(Integer)
    title_includes: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))
    title_excludes: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))
    min_seconds: Mapped[int | None] = mapped_column(Integer)
    max_seconds: Mapped[int | None] = mapped_column(Integer)
    keep_days: Mapped[int | None] = mapped_column(Integer)
    keep_count: Mapped[int | None] = mapped_column(Integer)
    keep_bytes: Mapped[int | None]
    interval_minutes: Mapped[int] = mapped_column(Integer)
    collection: Mapped[str | None]
    enabled: Mapped[bool] = mapped_column(server_default=true())
    since: Mapped[datetime]
    last_checked_at: Mapped[datetime | None]
    last_full_at: Mapped[datetime | None]
    """When it was last read to its end, and not just the newest of its feed. None: the next look is such a one."""
    next_check_at: Mapped[datetime]
    asked_at: Mapped[datetime | None]
    """Somebody wants to know now: the feed, which lags behind, is not enough."""
    baseline: Mapped[int | None] = mapped_column(Integer)
    """The last ordinal that was in the list when it was first read to its end: what comes after is new."""
    seen_ordinal: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    """The last one that was looked at: what comes after is new to this subscription."""
    cursor: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    reading_since: Mapped[datetime | None]
    """Of a look to the end of the list that is not over yet."""
    looking_skipped: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    failure: Mapped[FailureCode | None]
    failures: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    """In a row."""
    failure_told: Mapped[bool] = mapped_column(server_default=false())
    skipped: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    epoch: Mapped[int] = mapped_column(server_default=text("0"))
    lease_until: Mapped[datetime | None]
    created_at: Mapped[datetime]
