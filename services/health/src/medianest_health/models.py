"""The tables of the health service: what is watched, how it is, and how it was."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Double, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from medianest_common.db import TYPES, service_metadata

STATES = ("up", "degraded", "down", "auth", "unknown", "maintenance", "pending")


def one_of_states(column: str) -> str:
    return f"{column} in ({', '.join(f"'{state}'" for state in STATES)})"


class Base(DeclarativeBase):
    metadata = service_metadata()
    type_annotation_map = {**TYPES, float: Double()}


class Monitor(Base):
    """`key` says which part or setting it was made for, so that it keeps its id and its history."""

    __tablename__ = "monitors"
    __table_args__ = (
        UniqueConstraint("key"),
        CheckConstraint("visibility in ('everyone', 'admins')", name="visibility"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    key: Mapped[str]
    kind: Mapped[str]
    name: Mapped[str]
    target: Mapped[str]
    visibility: Mapped[str]
    position: Mapped[int]
    enabled: Mapped[bool]
    created_at: Mapped[datetime]


class Standing(Base):
    """The present state of one monitor, and its figures: one row is all that a list has to read."""

    __tablename__ = "standings"
    __table_args__ = (CheckConstraint(one_of_states("state"), name="state"),)

    monitor_id: Mapped[UUID] = mapped_column(ForeignKey("monitors.id", ondelete="CASCADE"), primary_key=True)
    state: Mapped[str]
    since: Mapped[datetime]
    last_check_at: Mapped[datetime]
    latency_ms: Mapped[float | None]
    message: Mapped[str | None]
    recent: Mapped[str]
    """The last outcomes, oldest first: `+` answered, `-` did not."""
    uptime_day: Mapped[float | None]
    uptime_week: Mapped[float | None]
    uptime_month: Mapped[float | None]
    uptime_quarter: Mapped[float | None]
    coverage: Mapped[float | None]


class Result(Base):
    """Single checks, in one partition for each day, so that old ones are dropped and never deleted."""

    __tablename__ = "results"
    __table_args__ = (
        CheckConstraint(one_of_states("outcome"), name="outcome"),
        {"postgresql_partition_by": "RANGE (at)"},
    )

    monitor_id: Mapped[UUID] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(primary_key=True)
    outcome: Mapped[str]
    latency_ms: Mapped[float | None]
    message: Mapped[str | None]


class Rollup(Base):
    """Measured seconds of one hour or one day (in UTC). What is missing from its width was not measured."""

    __tablename__ = "rollups"

    monitor_id: Mapped[UUID] = mapped_column(ForeignKey("monitors.id", ondelete="CASCADE"), primary_key=True)
    width: Mapped[int] = mapped_column(primary_key=True)
    bucket: Mapped[datetime] = mapped_column(primary_key=True)
    up_seconds: Mapped[float]
    down_seconds: Mapped[float]


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
