"""Videos in profiles: what is downloaded once, however many ask for it."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Date, ForeignKey, Index, Integer, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column, validates

from medianest_common.contracts.youtube import DownloadStatus, FailureCode
from medianest_common.db import one_of
from medianest_common.folding import fold
from medianest_youtube.models.base import Base


class Asset(Base):
    """`version` grows with every move, `epoch` with every claim: who runs it may only write while it is theirs."""

    __tablename__ = "assets"
    __table_args__ = (
        UniqueConstraint("video_id", "profile_id"),
        one_of("status", DownloadStatus),
        Index(
            "ix_assets_claimable",
            text("priority desc"),
            "queued_at",
            "id",
            postgresql_where=text("status = 'queued'"),
        ),
        Index("ix_assets_leased", "lease_until", postgresql_where=text("lease_until is not null")),
        Index("ix_assets_due", "not_before", postgresql_where=text("status = 'waiting'")),
        Index("ix_assets_importing", "status_since", postgresql_where=text("status = 'importing'")),
        Index("ix_assets_failed", "status_since", postgresql_where=text("status = 'failed'")),
        Index(
            "ix_assets_to_delete",
            "status_since",
            postgresql_where=text("status = 'removed' and files <> '{}'"),
        ),
        Index("ix_assets_channel_id", "channel_id"),
        Index("ix_assets_status", "status"),
        Index("ix_assets_stored_at", "stored_at", postgresql_where=text("stored_at is not null")),
        Index("ix_assets_words", text("to_tsvector('simple', title_words)"), postgresql_using="gin"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    video_id: Mapped[str]
    profile_id: Mapped[UUID] = mapped_column(ForeignKey("profiles.id"))

    title: Mapped[str]
    """The video's id until the title is known."""
    title_words: Mapped[str] = mapped_column(server_default=text("''"))
    """The title as it is searched."""
    channel_id: Mapped[str | None]
    channel: Mapped[str | None]
    description: Mapped[str | None]
    duration_seconds: Mapped[int | None] = mapped_column(Integer)
    published_on: Mapped[date | None] = mapped_column(Date)
    thumbnail_url: Mapped[str | None]

    status: Mapped[DownloadStatus]
    status_since: Mapped[datetime]
    status_reason: Mapped[str | None]
    failure: Mapped[FailureCode | None]
    """Of the last attempt, while it failed or waits for the next."""
    failure_text: Mapped[str | None]
    """What yt-dlp said, for administrators."""
    attempts: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    """That have begun, since somebody last asked for it anew; what was not the video's own fault does not count."""
    failures: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    """In a row, with the same code as the last one."""
    priority: Mapped[bool] = mapped_column(server_default=false())
    queued_at: Mapped[datetime]
    not_before: Mapped[datetime | None]
    """When a waiting one is queued again; None while an administrator has to do something first."""

    epoch: Mapped[int] = mapped_column(server_default=text("0"))
    worker: Mapped[str | None]
    lease_until: Mapped[datetime | None]
    """While a worker is at it. Past: the worker is gone."""

    list_id: Mapped[str | None] = mapped_column(ForeignKey("lists.id"))
    """The playlist as whose episode it lies, where the profile lays out playlists as shows."""
    season: Mapped[int | None] = mapped_column(Integer)
    episode: Mapped[int | None] = mapped_column(Integer)
    path: Mapped[str | None]
    """Of the video, below the download folder. `files` are all that belong to it, itself among them."""
    files: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))
    size: Mapped[int | None]
    media: Mapped[dict[str, Any] | None]
    """What ffprobe found: streams, duration."""
    stored_at: Mapped[datetime | None]
    plex_library_key: Mapped[str | None]
    plex_rating_key: Mapped[str | None]
    plex_url: Mapped[str | None]
    pinned: Mapped[bool] = mapped_column(server_default=false())

    version: Mapped[int]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    @validates("title")
    def _fold(self, _: str, title: str) -> str:
        self.title_words = fold(title)
        return title


class Download(Base):
    """One person's wish for an asset. The ones that are over stay in the list until they are removed from it."""

    __tablename__ = "downloads"
    __table_args__ = (
        Index(
            "uq_downloads_living",
            "user_id",
            "asset_id",
            unique=True,
            postgresql_where=text("ended_at is null"),
        ),
        Index("ix_downloads_asset_id", "asset_id"),
        Index("ix_downloads_user_id_id", "user_id", "id"),
        Index(
            "ix_downloads_user_id_counted_at",
            "user_id",
            "counted_at",
            postgresql_where=text("counted_at is not null"),
        ),
        Index("ix_downloads_batch_id_id", "batch_id", "id", postgresql_where=text("batch_id is not null")),
        Index(
            "ix_downloads_subscription_id_id",
            "subscription_id",
            "id",
            postgresql_where=text("subscription_id is not null"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    """A uuid7, so that the order of ids is the order of asking."""
    user_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    asset_id: Mapped[UUID] = mapped_column(ForeignKey("assets.id", ondelete="CASCADE"))
    batch_id: Mapped[UUID | None] = mapped_column(ForeignKey("batches.id", ondelete="SET NULL"))
    subscription_id: Mapped[UUID | None] = mapped_column(ForeignKey("subscriptions.id", ondelete="SET NULL"))
    counted_at: Mapped[datetime | None]
    """When it was counted for the quota per hour; None for what was there already, and for subscriptions."""
    ended_at: Mapped[datetime | None]
    """When the person cancelled or removed it: it is theirs no more. The asset may go on for others."""
    removed_at: Mapped[datetime | None]
    """When the person took it off their list. The row is kept, since it may still count for their quota."""
    created_at: Mapped[datetime]


class Tombstone(Base):
    """A video that somebody has deleted, here or in Plex: no subscription and no batch fetches it again."""

    __tablename__ = "tombstones"

    video_id: Mapped[str] = mapped_column(primary_key=True)
    reason: Mapped[str]
    """deleted, retention, or gone_from_plex."""
    user_id: Mapped[UUID | None]
    at: Mapped[datetime]


class Episode(Base):
    """A number given once, and never another. `show_id` is a channel's or a playlist's id."""

    __tablename__ = "episodes"
    __table_args__ = (UniqueConstraint("show_id", "season", "episode"),)

    show_id: Mapped[str] = mapped_column(primary_key=True)
    video_id: Mapped[str] = mapped_column(primary_key=True)
    season: Mapped[int] = mapped_column(Integer)
    episode: Mapped[int] = mapped_column(Integer)
