"""Times during which something was not well, and times during which it may be."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from medianest_health.models.base import Base


class Incident(Base):
    """A time during which one monitor was not well. Of one monitor at most one is open."""

    __tablename__ = "incidents"
    __table_args__ = (
        CheckConstraint("state in ('down', 'degraded', 'auth')", name="state"),
        CheckConstraint("worst in ('down', 'degraded', 'auth')", name="worst"),
        Index("uq_incidents_open", "monitor_id", unique=True, postgresql_where=text("closed_at is null")),
        Index("ix_incidents_opened_at", "opened_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    monitor_id: Mapped[UUID] = mapped_column(ForeignKey("monitors.id", ondelete="CASCADE"))
    state: Mapped[str]
    """What was told last."""
    worst: Mapped[str]
    times: Mapped[int]
    """How often it went down."""
    reason: Mapped[str | None]
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]
    post_mortem: Mapped[str | None]


class IncidentNote(Base):
    __tablename__ = "incident_notes"
    __table_args__ = (Index("ix_incident_notes_incident_id", "incident_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    incident_id: Mapped[UUID] = mapped_column(ForeignKey("incidents.id", ondelete="CASCADE"))
    author_id: Mapped[UUID | None]
    text: Mapped[str]
    at: Mapped[datetime]


class Maintenance(Base):
    """Windows of time as people write them: a wall clock in a zone, and a rule for when it comes again (RFC 5545)."""

    __tablename__ = "maintenances"
    __table_args__ = (UniqueConstraint("external_ref"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    title: Mapped[str]
    description: Mapped[str | None]
    zone: Mapped[str]
    starts_at_local: Mapped[str]
    """`2026-03-29T02:30:00`, without a zone."""
    duration_seconds: Mapped[int]
    rule: Mapped[str | None]
    everything: Mapped[bool]
    ended_at: Mapped[datetime | None]
    """It was called off, or ended early for good."""
    external_ref: Mapped[str | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class MaintenanceMonitor(Base):
    __tablename__ = "maintenance_monitors"

    maintenance_id: Mapped[UUID] = mapped_column(
        ForeignKey("maintenances.id", ondelete="CASCADE"), primary_key=True
    )
    monitor_id: Mapped[UUID] = mapped_column(ForeignKey("monitors.id", ondelete="CASCADE"), primary_key=True)
