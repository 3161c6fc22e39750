"""The tables of the auth service. What must never happen twice is a constraint here."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from medianest_common.db import TYPES, service_metadata

_USER = "users.id"
_SESSION = "sessions.id"


class Base(DeclarativeBase):
    metadata = service_metadata()
    type_annotation_map = {**TYPES, bytes: LargeBinary()}


class User(Base):
    """`email` is as the person writes it, `email_key` its one canonical form.

    `permissions_version` rises when a token made earlier would say too much; `version` rises with every change.
    """

    __tablename__ = "users"
    __table_args__ = (
        UniqueConstraint("email_key"),
        CheckConstraint("role in ('owner', 'admin', 'user')", name="role"),
        CheckConstraint("status in ('active', 'suspended')", name="status"),
        Index("uq_users_one_owner", "role", unique=True, postgresql_where=text("role = 'owner'")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    email: Mapped[str | None]
    email_key: Mapped[str | None]
    role: Mapped[str]
    status: Mapped[str]
    avatar_url: Mapped[str | None]
    permissions_version: Mapped[int]
    version: Mapped[int]
    created_at: Mapped[datetime]


class Password(Base):
    __tablename__ = "passwords"

    user_id: Mapped[UUID] = mapped_column(ForeignKey(_USER, ondelete="CASCADE"), primary_key=True)
    hash: Mapped[str]
    changed_at: Mapped[datetime]


class Identity(Base):
    """An account elsewhere. `subject` is that provider's own unchangeable id, never an e-mail address."""

    __tablename__ = "identities"
    __table_args__ = (UniqueConstraint("user_id", "provider"),)

    provider: Mapped[str] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey(_USER, ondelete="CASCADE"))
    linked_at: Mapped[datetime]


class Device(Base):
    """A browser that a person has signed in from, recognised by the hash of a random cookie."""

    __tablename__ = "devices"
    __table_args__ = (Index("ix_devices_token_hash", "token_hash"),)

    user_id: Mapped[UUID] = mapped_column(ForeignKey(_USER, ondelete="CASCADE"), primary_key=True)
    token_hash: Mapped[bytes] = mapped_column(primary_key=True)
    last_seen_at: Mapped[datetime]


class Session(Base):
    """One sign-in on one device. The idle limit slides with each refresh, the absolute one does not."""

    __tablename__ = "sessions"
    __table_args__ = (
        Index("ix_sessions_user_id_live", "user_id", postgresql_where=text("revoked_at is null")),
        Index("ix_sessions_revoked_at", "revoked_at", postgresql_where=text("revoked_at is not null")),
        Index("ix_sessions_expires_at", "expires_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey(_USER, ondelete="CASCADE"))
    method: Mapped[str]
    device_hash: Mapped[bytes]
    browser: Mapped[str]
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
        Index("ix_refresh_tokens_session_id", "session_id"),
        Index("ix_refresh_tokens_sealed", "used_at", postgresql_where=text("successor_sealed is not null")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    session_id: Mapped[UUID] = mapped_column(ForeignKey(_SESSION, ondelete="CASCADE"))
    parent_id: Mapped[UUID | None]
    token_hash: Mapped[bytes]
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    successor_sealed: Mapped[str | None]


class PlexSignIn(Base):
    """A sign-in that left for Plex and belongs to the browser that started it.

    `result_sealed` lets the same browser ask twice and get the same session.
    """

    __tablename__ = "plex_sign_ins"
    __table_args__ = (UniqueConstraint("login_hash"), Index("ix_plex_sign_ins_expires_at", "expires_at"))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    login_hash: Mapped[bytes]
    binding_hash: Mapped[bytes]
    pin_id: Mapped[int]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    polled_at: Mapped[datetime | None]
    session_id: Mapped[UUID | None] = mapped_column(ForeignKey(_SESSION, ondelete="CASCADE"))
    finished_at: Mapped[datetime | None]
    result_sealed: Mapped[str | None]


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
    private_sealed: Mapped[str]
    created_at: Mapped[datetime]
    active_since: Mapped[datetime | None]
    retired_at: Mapped[datetime | None]


class Installation(Base):
    """What is made once and kept: Plex lists this identifier among a person's authorised devices."""

    __tablename__ = "installation"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    plex_client_identifier: Mapped[UUID]


class AuditEntry(Base):
    """Only ever inserted. `user_id` outlives its user; the address is shortened after thirty days."""

    __tablename__ = "audit"
    __table_args__ = (Index("ix_audit_user_id_at", "user_id", "at"), Index("ix_audit_at", "at"))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    action: Mapped[str]
    result: Mapped[str]
    reason: Mapped[str | None]
    method: Mapped[str | None]
    user_id: Mapped[UUID | None]
    session_id: Mapped[UUID | None]
    ip: Mapped[str]
    browser: Mapped[str]
