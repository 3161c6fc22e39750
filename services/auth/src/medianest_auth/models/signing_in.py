"""Sign-ins that are under way: they left for somewhere else, or wait for a second factor."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from medianest_auth.models.base import Base, OfUser
from medianest_common.db.sealed import sealed


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
    linking_user_id: Mapped[UUID | None]
    """Who is linking, and in which session; None for a sign-in."""
    linking_session_id: Mapped[UUID | None]
    session_id: Mapped[UUID | None] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"))
    finished_at: Mapped[datetime | None]
    result_sealed: Mapped[str | None] = mapped_column(info=sealed("repeated-answers"))


class ProviderFlow(Base):
    """A browser that was sent to a provider. Taken out of the table by the first callback that names its state."""

    __tablename__ = "provider_flows"
    __table_args__ = (
        UniqueConstraint("state_hash"),
        CheckConstraint("purpose in ('sign_in', 'link')", name="purpose"),
        Index("ix_provider_flows_expires_at", "expires_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    state_hash: Mapped[bytes]
    binding_hash: Mapped[bytes]
    provider: Mapped[str]
    issuer: Mapped[str]
    purpose: Mapped[str]
    user_id: Mapped[UUID | None]
    """Who is linking, and in which session; None for a sign-in."""
    session_id: Mapped[UUID | None]
    invite_id: Mapped[UUID | None]
    verifier_sealed: Mapped[str] = mapped_column(info=sealed("repeated-answers"))
    nonce: Mapped[str]
    return_path: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class Challenge(Base):
    """A sign-in whose first factor was right, or a question put to a passkey. Belongs to one browser."""

    __tablename__ = "challenges"
    __table_args__ = (
        UniqueConstraint("token_hash"),
        CheckConstraint(
            "purpose in ('second_factor', 'passkey_sign_in', 'passkey_register')", name="purpose"
        ),
        Index("ix_challenges_user_id", "user_id"),
        Index("ix_challenges_expires_at", "expires_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    purpose: Mapped[str]
    token_hash: Mapped[bytes]
    binding_hash: Mapped[bytes]
    user_id: Mapped[OfUser | None]
    method: Mapped[str | None]
    """How the first factor was shown."""
    remember: Mapped[bool]
    question: Mapped[bytes | None]
    """What the passkey has to sign."""
    tries: Mapped[int]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
