"""Who wants to hear of other people's requests."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from medianest_media.models.base import Base


class Follower(Base):
    __tablename__ = "followers"
    __table_args__ = (Index("ix_followers_user_id", "user_id", "request_id"),)

    request_id: Mapped[UUID] = mapped_column(ForeignKey("requests.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), primary_key=True)
    followed_at: Mapped[datetime]
