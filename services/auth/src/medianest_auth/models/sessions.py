"""Sessions, the devices they are on, and the keys that sign for them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from medianest_auth.models.base import Base, OfUser
from medianest_common.db.sealed import sealed


class Device(Base):
    """A browser that a person has signed in from, recognised by the hash of a random cookie."""

    __tablename__ = "devices"
    __table_args__ = (Index("ix_devices_token_hash", "token_hash"),)

    user_id: Mapped[OfUser] = mapped_column(primary_key=True)
    token_hash: Mapped[bytes] = mapped_column(primary_key=True)
    last_seen_at: Mapped[datetime]


class Session(Base):
    """One sign-in on one device. The idle limit slides with each refresh, the absolute one does not."""

    __tablename__ = "sessions"
    __table_args__ = (
        Index("ix_sessions_user_id_live", "user_id", postgresql_where=text("revoked_at is null")),
        Index("ix_sessions_live", "idle_expires_at", postgresql_where=text("revoked_at is null")),
        Index("ix_sessions_revoked_at", "revoked_at", postgresql_where=text("revoked_at is not null")),
        Index("ix_sessions_expires_at", "expires_at"),
        Index("ix_sessions_user_id_last_seen_at", "user_id", "last_seen_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[OfUser]
    method: Mapped[str]
    device_hash: Mapped[bytes]
    browser: Mapped[str]
    browser_version: Mapped[str]
    """The major one; empty when it says none."""
    platform: Mapped[str]
    place: Mapped[str]
    idle_seconds: Mapped[int]
    auth_time: Mapped[datetime]
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    idle_expires_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    revoked_reason: Mapped[str | None]


class RefreshToken(Base):
    """One link of a session's chain. A used one keeps its successor, sealed, for the few seconds a retry may take."""

    __tablename__ = "refresh_tokens"
    __table_args__ = (
        UniqueConstraint("token_hash"),
        UniqueConstraint("parent_id"),
        Index(
            "uq_refresh_tokens_one_live", "session_id", unique=True, postgresql_where=text("used_at is null")
        ),
        Index("ix_refresh_tokens_session_id_created_at", "session_id", "created_at"),
        Index("ix_refresh_tokens_sealed", "used_at", postgresql_where=text("successor_sealed is not null")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    session_id: Mapped[UUID] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"))
    parent_id: Mapped[UUID | None]
    token_hash: Mapped[bytes]
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    successor_sealed: Mapped[str | None] = mapped_column(info=sealed("repeated-answers"))


class SigningKey(Base):
    """Exactly one key signs and exactly one waits to; retired ones stay published while their tokens live."""

    __tablename__ = "signing_keys"
    __table_args__ = (
        UniqueConstraint("key_id"),
        Index(
            "uq_signing_keys_one_current",
            text("(true)"),
            unique=True,
            postgresql_where=text("active_since is not null and retired_at is null"),
        ),
        Index(
            "uq_signing_keys_one_next",
            text("(true)"),
            unique=True,
            postgresql_where=text("active_since is null and retired_at is null"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    key_id: Mapped[str]
    public: Mapped[dict[str, Any]]
    private_sealed: Mapped[str] = mapped_column(info=sealed("signing-keys"))
    created_at: Mapped[datetime]
    active_since: Mapped[datetime | None]
    retired_at: Mapped[datetime | None]


class Installation(Base):
    """What is made once and kept: Plex lists this identifier among a person's authorised devices."""

    __tablename__ = "installation"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    plex_client_identifier: Mapped[UUID]
    plex_check_due_at: Mapped[datetime | None]
    """When everybody's access to the Plex server is looked at next; None for now."""
