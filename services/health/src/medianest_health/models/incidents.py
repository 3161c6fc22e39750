"""Times during which something was not well, and times during which it may be."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from medianest_health.models.base import Base

_STATES = "('down', 'degraded', 'auth', 'flapping')"


class Incident(Base):
    """A time during which one monitor was not well. Of one monitor at most one is open."""

    __tablename__ = "incidents"
    __table_args__ = (
        CheckConstraint(f"state in {_STATES}", name="state"),
        CheckConstraint("worst in ('down', 'degraded', 'auth')", name="worst"),
        CheckConstraint(f"told in {_STATES}", name="told"),
        Index("uq_incidents_open", "monitor_id", unique=True, postgresql_where=text("closed_at is null")),
        Index("ix_incidents_opened_at", "opened_at"),
        Index("ix_incidents_monitor_id", "monitor_id", "opened_at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    monitor_id: Mapped[UUID] = mapped_column(ForeignKey("monitors.id", ondelete="CASCADE"))
    state: Mapped[str]
    """How it was last, of those that are not well."""
    worst: Mapped[str]
    times: Mapped[int]
    """How often it went down."""
    reason: Mapped[str | None]
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    told: Mapped[str | None]
    """What people were told last; none where they have not heard of it, or not yet."""
    told_at: Mapped[list[datetime]] = mapped_column(ARRAY(DateTime(timezone=True)))
    """When they were told of this monitor, of late."""
    reminded_at: Mapped[datetime | None]
    post_mortem: Mapped[str | None]
    post_mortem_version: Mapped[int] = mapped_column(server_default="0")


class IncidentTurn(Base):
    """One step of an incident as people were told of it."""

    __tablename__ = "incident_turns"
    __table_args__ = (Index("ix_incident_turns_incident_id", "incident_id", "at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    incident_id: Mapped[UUID] = mapped_column(ForeignKey("incidents.id", ondelete="CASCADE"))
    at: Mapped[datetime]
    what: Mapped[str]
    reason: Mapped[str | None]


class IncidentNote(Base):
    __tablename__ = "incident_notes"
    __table_args__ = (
        Index("ix_incident_notes_incident_id", "incident_id"),
        Index("ix_incident_notes_author_id", "author_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    incident_id: Mapped[UUID] = mapped_column(ForeignKey("incidents.id", ondelete="CASCADE"))
    author_id: Mapped[UUID | None]
    text: Mapped[str]
    at: Mapped[datetime]


class Maintenance(Base):
    """Windows of time as people write them: a wall clock in a zone, and a rule for when it comes again (RFC 5545)."""

    __tablename__ = "maintenances"
    __table_args__ = (
        UniqueConstraint("external_ref"),
        Index("ix_maintenances_window_from", "window_from", postgresql_where=text("ended_at is null")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    title: Mapped[str]
    public_title: Mapped[str | None]
    description: Mapped[str | None]
    zone: Mapped[str]
    starts_at_local: Mapped[str]
    """`2026-03-29T02:30:00`, without a zone."""
    duration_seconds: Mapped[int]
    rule: Mapped[str | None]
    everything: Mapped[bool]
    window_from: Mapped[datetime | None]
    """The occurrence that runs or comes next, so that a check has no rule to work out; none where none comes."""
    window_until: Mapped[datetime | None]
    cut_at: Mapped[datetime | None]
    """What began before this is over by then: an admin has ended it early."""
    ended_at: Mapped[datetime | None]
    """It was called off for good."""
    external_ref: Mapped[str | None]
    version: Mapped[int] = mapped_column(server_default="1")
    """Counts the changes, so that nobody overwrites what he has not seen."""
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class MaintenanceMonitor(Base):
    __tablename__ = "maintenance_monitors"

    maintenance_id: Mapped[UUID] = mapped_column(
        ForeignKey("maintenances.id", ondelete="CASCADE"), primary_key=True
    )
    monitor_id: Mapped[UUID] = mapped_column(ForeignKey("monitors.id", ondelete="CASCADE"), primary_key=True)


class MaintenanceGroup(Base):
    """Whoever is in the group at the time."""

    __tablename__ = "maintenance_groups"

    maintenance_id: Mapped[UUID] = mapped_column(
        ForeignKey("maintenances.id", ondelete="CASCADE"), primary_key=True
    )
    group_id: Mapped[UUID] = mapped_column(
        ForeignKey("monitor_groups.id", ondelete="CASCADE"), primary_key=True
    )
