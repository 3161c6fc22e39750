"""People: who they are, what they may do, and how they can prove it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column, validates

from medianest_auth.look_alikes import name_key, name_shape
from medianest_auth.models.base import Base, OfUser


class User(Base):
    """`email` is as the person writes it, `email_key` its one canonical form; `name_key` and
    `name_shape` are what `name` reads and looks like.

    `permissions_version` rises when a token made earlier would say too much; `version` rises with every change.
    """

    __tablename__ = "users"
    __table_args__ = (
        UniqueConstraint("email_key"),
        CheckConstraint("role in ('owner', 'admin', 'user')", name="role"),
        CheckConstraint("status in ('active', 'suspended')", name="status"),
        Index("uq_users_one_owner", "role", unique=True, postgresql_where=text("role = 'owner'")),
        Index("ix_users_name_key", "name_key"),
        Index("ix_users_name_shape", "name_shape"),
        Index("ix_users_permissions_changed_at", "permissions_changed_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    name_key: Mapped[str]
    name_shape: Mapped[str]
    name_is_own: Mapped[bool] = mapped_column(server_default=false())
    """Chosen here, so that a change at Plex or another provider is not taken over."""
    email: Mapped[str | None]
    email_key: Mapped[str | None]
    email_is_own: Mapped[bool] = mapped_column(server_default=false())
    role: Mapped[str]
    status: Mapped[str]
    avatar_url: Mapped[str | None]
    locale: Mapped[str | None]
    time_zone: Mapped[str | None]
    permissions_version: Mapped[int]
    permissions_changed_at: Mapped[datetime | None]
    version: Mapped[int]
    created_at: Mapped[datetime]

    @validates("name")
    def _keep_keys(self, _: str, name: str) -> str:
        self.name_key, self.name_shape = name_key(name), name_shape(name)
        return name


class Password(Base):
    __tablename__ = "passwords"

    user_id: Mapped[OfUser] = mapped_column(primary_key=True)
    hash: Mapped[str]
    changed_at: Mapped[datetime]


class OldPassword(Base):
    """The last few, so that they are not used again."""

    __tablename__ = "old_passwords"
    __table_args__ = (Index("ix_old_passwords_user_id_replaced_at", "user_id", "replaced_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[OfUser]
    hash: Mapped[str]
    replaced_at: Mapped[datetime]


class Identity(Base):
    """An account elsewhere. `subject` is the issuer's own unchangeable id for the person, never an e-mail address;
    `provider` is the name under which the issuer is set up here. `checked_at` is when it was last known to have access.

    Of a Plex account: `missing_since` is when it was first found without access, `refused_at` when the server did not
    take its token, `access_lost_at` when both together or time had made sure.
    """

    __tablename__ = "identities"
    __table_args__ = (UniqueConstraint("user_id", "issuer"),)

    issuer: Mapped[str] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(primary_key=True)
    provider: Mapped[str]
    user_id: Mapped[OfUser]
    name: Mapped[str | None]
    linked_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
    checked_at: Mapped[datetime | None]
    missing_since: Mapped[datetime | None]
    refused_at: Mapped[datetime | None]
    access_lost_at: Mapped[datetime | None]


class OneTimeLink(Base):
    """A secret that was sent or handed to somebody, good once and for one purpose."""

    __tablename__ = "one_time_links"
    __table_args__ = (
        UniqueConstraint("token_hash"),
        CheckConstraint("purpose in ('password_reset', 'email_change')", name="purpose"),
        Index("ix_one_time_links_user_id", "user_id"),
        Index("ix_one_time_links_expires_at", "expires_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    purpose: Mapped[str]
    token_hash: Mapped[bytes]
    user_id: Mapped[OfUser]
    email: Mapped[str | None]
    """The address it is about, where it is about one: void when the account has another one meanwhile."""
    created_by: Mapped[UUID | None]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class Invite(Base):
    """`role` is the most that whoever accepts can become."""

    __tablename__ = "invites"
    __table_args__ = (
        UniqueConstraint("token_hash"),
        CheckConstraint("role in ('admin', 'user')", name="role"),
        Index("ix_invites_expires_at", "expires_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    token_hash: Mapped[bytes]
    role: Mapped[str]
    email: Mapped[str | None]
    note: Mapped[str | None]
    created_by: Mapped[UUID]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    accepted_by: Mapped[UUID | None]
    revoked_at: Mapped[datetime | None]


class PersonalToken(Base):
    """`public_id` is the readable part of the token, by which it is found."""

    __tablename__ = "personal_tokens"
    __table_args__ = (
        UniqueConstraint("public_id"),
        Index(
            "uq_personal_tokens_user_id_name",
            "user_id",
            "name",
            unique=True,
            postgresql_where=text("revoked_at is null"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    public_id: Mapped[str]
    token_hash: Mapped[bytes]
    user_id: Mapped[OfUser]
    name: Mapped[str]
    scopes: Mapped[list[Any]]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class Erasure(Base):
    """What has become of a deleted person's data, service by service. It outlives its user and does not name them."""

    __tablename__ = "erasures"

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    service: Mapped[str] = mapped_column(primary_key=True)
    requested_by: Mapped[UUID]
    requested_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    removed: Mapped[dict[str, Any] | None]
