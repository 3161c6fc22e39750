"""What goes on inside the suite: its replicas, what mended itself, and errors that browsers report."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from medianest_health.models.base import Base


class Replica(Base):
    """One process's part of one service, as it announces itself."""

    __tablename__ = "replicas"

    instance: Mapped[str] = mapped_column(primary_key=True)
    service: Mapped[str]
    version: Mapped[str]
    started_at: Mapped[datetime]
    first_seen_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    left_at: Mapped[datetime | None]
    """It said that it goes."""
    vanished_at: Mapped[datetime | None]
    """It was not heard of for too long, without having said so."""
    replaced_by: Mapped[str | None]
    """The instance that came after it vanished, so that it is missed no more."""


class Recovery(Base):
    """Something that broke, or was mended by itself or by an admin."""

    __tablename__ = "recoveries"
    __table_args__ = (
        Index("ix_recoveries_at", "at", "id"),
        Index("ix_recoveries_service", "service", "at", "id"),
        Index("ix_recoveries_kind", "kind", "at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    service: Mapped[str]
    instance: Mapped[str | None]
    kind: Mapped[str]
    about: Mapped[str]
    seconds: Mapped[float | None]
    """How long it was broken."""
    detail: Mapped[str | None]


class ErrorGroup(Base):
    """Errors in browsers that are the same error."""

    __tablename__ = "error_groups"
    __table_args__ = (
        UniqueConstraint("fingerprint"),
        Index("ix_error_groups_last_seen_at", "last_seen_at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    fingerprint: Mapped[str]
    kind: Mapped[str]
    message: Mapped[str]
    stack: Mapped[str | None]
    page: Mapped[str | None]
    browser: Mapped[str | None]
    release: Mapped[str | None]
    count: Mapped[int]
    first_seen_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    resolved_at: Mapped[datetime | None]
