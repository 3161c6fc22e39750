"""What happened."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from medianest_auth.models.base import Base


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
    """Whom it is about."""
    actor_id: Mapped[UUID | None]
    """Who did it, where that is somebody else."""
    target: Mapped[str | None]
    """What it was done to, such as `invite:<id>`."""
    session_id: Mapped[UUID | None]
    ip: Mapped[str]
    browser: Mapped[str]
