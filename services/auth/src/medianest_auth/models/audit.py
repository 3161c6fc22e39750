"""What happened, in a log that only grows."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from medianest_auth.models.base import Base


class AuditEntry(Base):
    """Only ever inserted: the database refuses to change one, and to delete one that has not been cut off as too old.

    `user_id` and `actor_id` outlive their users and name nobody. What may be forgotten sooner is an `AuditPlace`.
    """

    __tablename__ = "audit"
    __table_args__ = (
        Index("ix_audit_at_id", "at", "id"),
        Index("ix_audit_action_at_id", "action", "at", "id"),
        Index("ix_audit_user_id_at_id", "user_id", "at", "id"),
        Index(
            "ix_audit_actor_id_at_id", "actor_id", "at", "id", postgresql_where=text("actor_id is not null")
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    action: Mapped[str]
    result: Mapped[str]
    reason: Mapped[str | None]
    method: Mapped[str | None]
    user_id: Mapped[UUID | None]
    """Whom it is about."""
    actor_id: Mapped[UUID | None]
    """Who did it, where that is somebody else."""
    target: Mapped[str | None]
    """What it was done to, such as `invite:<id>`."""
    session_id: Mapped[UUID | None]


class AuditPlace(Base):
    """Where an entry came from. The address is shortened after thirty days and goes with its person."""

    __tablename__ = "audit_places"
    __table_args__ = (
        Index("ix_audit_places_whole", "at", postgresql_where=text("ip <> '' and ip not like '%/%'")),
    )

    entry_id: Mapped[UUID] = mapped_column(ForeignKey("audit.id", ondelete="CASCADE"), primary_key=True)
    at: Mapped[datetime]
    ip: Mapped[str]
    browser: Mapped[str]


class UnchainedEntry(Base):
    """An entry that waits for its place in the chain; the database puts it here by itself."""

    __tablename__ = "audit_unchained"

    entry_id: Mapped[UUID] = mapped_column(primary_key=True)


class AuditLink(Base):
    """`hash` is the SHA-256 of the link before and of the entry: no entry can be changed and no link left out."""

    __tablename__ = "audit_chain"

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    entry_id: Mapped[UUID] = mapped_column(unique=True)
    hash: Mapped[bytes]


class AuditAnchor(Base):
    """The last link that was cut off: what is left of the chain begins after it."""

    __tablename__ = "audit_anchor"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[int]
    hash: Mapped[bytes]
