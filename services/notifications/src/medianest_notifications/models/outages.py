"""How services have been, as far as people were told."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from medianest_notifications.models.base import Base


class Outage(Base):
    """One monitor since its first trouble. A service that comes and goes is told of at most twice in half an hour."""

    __tablename__ = "outages"
    __table_args__ = (
        CheckConstraint("visibility in ('everyone', 'admins')", name="visibility"),
        Index("ix_outages_due_at", "due_at", postgresql_where=text("due_at is not null")),
    )

    monitor_id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    visibility: Mapped[str]
    state: Mapped[str]
    reason: Mapped[str | None]
    since: Mapped[datetime]
    """When it came into this state; what happened before that and is heard of later changes nothing."""
    incident_id: Mapped[UUID]
    trouble: Mapped[str]
    """The worst of what is not told to be over."""
    trouble_since: Mapped[datetime]
    times: Mapped[int]
    """How often it went down since people were last told that it is well, or since it was."""
    told_state: Mapped[str]
    told_at: Mapped[list[Any]]
    """When people were told, of late."""
    due_at: Mapped[datetime | None]
    """When to tell how it is by then."""
