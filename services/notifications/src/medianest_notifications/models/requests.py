"""What was told of requests."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from medianest_notifications.models.base import Base


class FollowedRequest(Base):
    """The latest version of a request that was heard of; `told` holds the latest each person (hex id) was told."""

    __tablename__ = "followed_requests"
    __table_args__ = (
        Index("ix_followed_requests_updated_at", "updated_at"),
        Index("ix_followed_requests_tmdb_id", "tmdb_id"),
    )

    request_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    told: Mapped[dict[str, Any]]
    media_type: Mapped[str | None]
    tmdb_id: Mapped[int | None]
    title: Mapped[str | None]
    seasons: Mapped[list[Any]] = mapped_column(server_default=text("'[]'::jsonb"))
    status: Mapped[str | None]
    moved_at: Mapped[datetime | None]
    people: Mapped[list[Any]] = mapped_column(server_default=text("'[]'::jsonb"))
    """Whoever asked and whoever follows (hex ids): they hear of the title by this request."""
    updated_at: Mapped[datetime]
