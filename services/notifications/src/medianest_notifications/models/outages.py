"""How services have been, as far as people were told."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from medianest_notifications.models.base import Base


class Outage(Base):
    """One monitor since its first trouble."""

    __tablename__ = "outages"

    monitor_id: Mapped[UUID] = mapped_column(primary_key=True)
    told_at: Mapped[datetime]
    """By whoever watches it; what was told before that and is heard of later changes nothing."""
