"""Second factors."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from medianest_auth.models.base import Base, OfUser
from medianest_common.db.sealed import sealed


class Totp(Base):
    """An authenticator app. Counts once `confirmed_at` is set; a code is good only for a step after `last_step`."""

    __tablename__ = "totp"

    user_id: Mapped[OfUser] = mapped_column(primary_key=True)
    id: Mapped[UUID]
    secret_sealed: Mapped[str] = mapped_column(info=sealed("totp"))
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    last_step: Mapped[int]


class RecoveryCode(Base):
    """120 random bits, so that a plain hash is enough; the row goes with its use."""

    __tablename__ = "recovery_codes"

    user_id: Mapped[OfUser] = mapped_column(primary_key=True)
    code_hash: Mapped[bytes] = mapped_column(primary_key=True)
    created_at: Mapped[datetime]


class Passkey(Base):
    __tablename__ = "passkeys"
    __table_args__ = (UniqueConstraint("credential_id"), Index("ix_passkeys_user_id", "user_id"))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[OfUser]
    credential_id: Mapped[bytes]
    public_key: Mapped[bytes]
    sign_count: Mapped[int]
    name: Mapped[str]
    transports: Mapped[list[Any]]
    backed_up: Mapped[bool]
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
