"""Inboxes and the name of their history."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from medianest_notifications.models.base import Base

_OPEN = "read_at is null and dismissed_at is null"


class Entry(Base):
    """One line of one person's inbox. A dismissed one stays until it is old, so that a replay has no holes."""

    __tablename__ = "entries"
    __table_args__ = (
        UniqueConstraint("user_id", "seq"),
        UniqueConstraint("user_id", "dedupe_key"),
        Index("ix_entries_unread", "user_id", "seq", postgresql_where=text(_OPEN)),
        CheckConstraint("pinned_at is null or dismissed_at is null", name="pinned"),
        Index("ix_entries_pinned", "user_id", "seq", postgresql_where=text("pinned_at is not null")),
        Index("ix_entries_dismissed", "user_id", "seq", postgresql_where=text("dismissed_at is not null")),
        Index("ix_entries_created_at", "created_at"),
        Index("ix_entries_about_id", "about_id", postgresql_where=text("about_id is not null")),
        Index(
            "ix_entries_collapse_key",
            "user_id",
            "collapse_key",
            postgresql_where=text(f"collapse_key is not null and {_OPEN}"),
        ),
        Index("ix_entries_broadcast", "dedupe_key", "user_id", postgresql_where=text("type = 'broadcast'")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID]
    seq: Mapped[int]
    dedupe_key: Mapped[UUID]
    type: Mapped[str]
    title: Mapped[str]
    body: Mapped[str]
    link: Mapped[str | None]
    data: Mapped[dict[str, Any]]
    values: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'::jsonb"))
    """What the wording is made from, in whatever language. Empty for what was told before there were any."""
    collapse_key: Mapped[str | None]
    """Of several unread ones with the same, only the newest stays on the list."""
    about_id: Mapped[UUID | None]
    """Somebody else whose name it says."""
    created_at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    dismissed_at: Mapped[datetime | None]
    pinned_at: Mapped[datetime | None]
    """Kept for as long as it is pinned, however old."""


class Head(Base):
    """How far a person's inbox has got. Its row lock is what makes the sequence free of holes."""

    __tablename__ = "heads"
    __table_args__ = (CheckConstraint("unread >= 0", name="unread"),)

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    head: Mapped[int]
    unread: Mapped[int]
    erased_at: Mapped[datetime | None]
    """When the person left; nothing is delivered any more."""


class Epoch(Base):
    """Names this history of inboxes. `origin` is where it lies; found elsewhere, it has been restored from a copy."""

    __tablename__ = "epoch"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    value: Mapped[str]
    origin: Mapped[str]
