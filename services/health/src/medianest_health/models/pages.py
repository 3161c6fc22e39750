"""What people without an account may be shown."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from medianest_health.models.base import Base


class StatusPage(Base):
    __tablename__ = "status_pages"
    __table_args__ = (UniqueConstraint("slug"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    slug: Mapped[str]
    title: Mapped[str]
    description: Mapped[str | None]
    published: Mapped[bool]
    version: Mapped[int]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class StatusPageMonitor(Base):
    __tablename__ = "status_page_monitors"
    __table_args__ = (Index("ix_status_page_monitors_monitor_id", "monitor_id"),)

    page_id: Mapped[UUID] = mapped_column(ForeignKey("status_pages.id", ondelete="CASCADE"), primary_key=True)
    monitor_id: Mapped[UUID] = mapped_column(ForeignKey("monitors.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int]
    shown_as: Mapped[str | None]
    """Instead of its name."""
    heading: Mapped[str | None]
