"""What was told of requests."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from medianest_notifications.models.base import Base


class FollowedRequest(Base):
    """The latest version of a request that was heard of; `told` holds the latest each person (hex id) was told."""

    __tablename__ = "followed_requests"
    __table_args__ = (Index("ix_followed_requests_updated_at", "updated_at"),)

    request_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    told: Mapped[dict[str, Any]]
    updated_at: Mapped[datetime]
