"""What is watched, how it is, and how it was."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Integer, UniqueConstraint, false, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from medianest_common.contracts.health import MonitorState
from medianest_common.db import one_of
from medianest_common.db.sealed import sealed
from medianest_health.models.base import Base


class MonitorGroup(Base):
    __tablename__ = "monitor_groups"
    __table_args__ = (UniqueConstraint("name"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    position: Mapped[int]


class Monitor(Base):
    """`key` says which part or setting it was made for, so that it keeps its id and its history."""

    __tablename__ = "monitors"
    __table_args__ = (
        UniqueConstraint("key"),
        UniqueConstraint("external_ref"),
        UniqueConstraint("push_token_hash"),
        CheckConstraint("visibility in ('everyone', 'admins')", name="visibility"),
        CheckConstraint("origin in ('automatic', 'manual', 'imported')", name="origin"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    key: Mapped[str]
    kind: Mapped[str]
    name: Mapped[str]
    target: Mapped[str]
    """For people: an address without anything secret."""
    visibility: Mapped[str]
    position: Mapped[int]
    enabled: Mapped[bool]
    """False for what the settings do not name any more."""
    created_at: Mapped[datetime]
    origin: Mapped[str]
    paused: Mapped[bool]
    group_id: Mapped[UUID | None] = mapped_column(ForeignKey("monitor_groups.id", ondelete="SET NULL"))
    config: Mapped[dict[str, Any]] = mapped_column(JSONB)
    """The `MonitorSpec` without what is secret; empty for an automatic one, whose settings are its configuration."""
    secrets_sealed: Mapped[str | None] = mapped_column(info=sealed("monitor"))
    push_token_hash: Mapped[str | None]
    external_ref: Mapped[str | None]
    """Where it was imported from, so that importing again changes it."""
    interval_seconds: Mapped[int]
    timeout_seconds: Mapped[float]
    failures: Mapped[int]
    """So many of the last `out_of` checks have to fail."""
    out_of: Mapped[int]
    successes: Mapped[int]
    """So many checks in a row have to be well before an incident is over."""
    slow_ms: Mapped[float | None]
    """An answer that takes longer is degraded."""
    inverted: Mapped[bool]
    reminder_seconds: Mapped[int | None]
    updated_at: Mapped[datetime]
    renamed: Mapped[bool] = mapped_column(server_default=false())
    """Of an automatic one: an admin gave it its name, which stays."""
    version: Mapped[int] = mapped_column(server_default="1")
    """Counts the changes by admins, so that nobody overwrites what he has not seen."""


class Dependency(Base):
    """While what it depends on is down, a monitor that fails is blocked by it, and nobody is told twice."""

    __tablename__ = "dependencies"

    monitor_id: Mapped[UUID] = mapped_column(ForeignKey("monitors.id", ondelete="CASCADE"), primary_key=True)
    depends_on: Mapped[UUID] = mapped_column(ForeignKey("monitors.id", ondelete="CASCADE"), primary_key=True)


class Schedule(Base):
    """When a monitor is looked at next, and by whom it is at this moment."""

    __tablename__ = "schedules"
    __table_args__ = ({"postgresql_with": {"fillfactor": 70}},)

    monitor_id: Mapped[UUID] = mapped_column(ForeignKey("monitors.id", ondelete="CASCADE"), primary_key=True)
    due_at: Mapped[datetime]
    claimed_by: Mapped[str | None]
    """The replica that looks at it, or did last."""
    claimed_until: Mapped[datetime | None]
    """By the clock of the database; none while nobody is looking."""
    hung: Mapped[bool] = mapped_column(server_default=false())
    """It kept us waiting last time, so those that do not go first when places are few."""
    heartbeat_at: Mapped[datetime | None]
    """Of a push monitor: when it was last heard of."""
    excused_until: Mapped[datetime | None]
    """Before that it is not missed: for a while there was nobody here to hear it."""
    heartbeat_ok: Mapped[bool | None]
    """Whether it then said that it is well."""
    heartbeat_message: Mapped[str | None]
    heartbeat_ms: Mapped[float | None]


class Standing(Base):
    """The present state of one monitor, and its figures: one row is all that a list has to read."""

    __tablename__ = "standings"
    __table_args__ = (one_of("state", MonitorState), one_of("verdict", MonitorState))

    monitor_id: Mapped[UUID] = mapped_column(ForeignKey("monitors.id", ondelete="CASCADE"), primary_key=True)
    state: Mapped[str]
    since: Mapped[datetime]
    last_check_at: Mapped[datetime]
    latency_ms: Mapped[float | None]
    message: Mapped[str | None]
    recent: Mapped[str]
    """The last outcomes, oldest first: `+` well, `~` degraded, `!` let nobody in, `-` did not answer."""
    verdict: Mapped[str]
    """What the checks say by themselves; `state` also knows of maintenance, flapping and what it depends on."""
    verdict_since: Mapped[datetime]
    turns: Mapped[list[datetime]] = mapped_column(ARRAY(DateTime(timezone=True)))
    """When it went down or came back, of late."""
    blocked_by: Mapped[UUID | None]
    maintenance_until: Mapped[datetime | None]
    certificate_expires_at: Mapped[datetime | None]
    certificate_fingerprint: Mapped[str | None]
    holds_seconds: Mapped[float] = mapped_column(server_default="60")
    """How long the last check speaks for the time after it."""
    rolled_until: Mapped[datetime] = mapped_column(server_default=text("date_trunc('hour', now(), 'UTC')"))
    """Until when its results are in the roll-ups; earlier again when one comes late."""
    certificates_told: Mapped[list[list[Any]]] = mapped_column(JSONB, server_default="[]")
    """The tightest threshold that was told of each certificate that it showed of late."""
    uptime_day: Mapped[float | None]
    uptime_week: Mapped[float | None]
    uptime_month: Mapped[float | None]
    uptime_quarter: Mapped[float | None]
    coverage: Mapped[float | None]


class Result(Base):
    """Single checks, in one partition for each day, so that old ones are dropped and never deleted."""

    __tablename__ = "results"
    __table_args__ = (
        one_of("outcome", MonitorState),
        CheckConstraint("counted in ('up', 'down', 'maintenance')", name="counted"),
        {"postgresql_partition_by": "RANGE (at)"},
    )

    monitor_id: Mapped[UUID] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(primary_key=True)
    outcome: Mapped[str]
    latency_ms: Mapped[float | None]
    message: Mapped[str | None]
    counted: Mapped[str | None]
    """What the time after it counts as."""
    holds_seconds: Mapped[float] = mapped_column(server_default="60")


class Rollup(Base):
    """Measured seconds of five minutes, an hour or a day (in UTC). What is missing from its width was not measured."""

    __tablename__ = "rollups"

    monitor_id: Mapped[UUID] = mapped_column(primary_key=True)
    """Of one that was deleted they are cleared away later: no reference, which would do so at once."""
    width: Mapped[int] = mapped_column(primary_key=True)
    bucket: Mapped[datetime] = mapped_column(primary_key=True)
    up_seconds: Mapped[float]
    down_seconds: Mapped[float]
    maintenance_seconds: Mapped[float]
    latencies: Mapped[list[int] | None] = mapped_column(ARRAY(Integer))
    """How many checks took how long, in the fixed steps of `latencies.py`."""
