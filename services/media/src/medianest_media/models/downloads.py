"""What is being downloaded for a request."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Integer
from sqlalchemy.orm import Mapped, mapped_column

from medianest_media.models.base import Base


class RequestDownload(Base):
    """As the queue of the backend said at `seen_at`. May be lost: the next look fills it again."""

    __tablename__ = "request_downloads"

    request_id: Mapped[UUID] = mapped_column(ForeignKey("requests.id", ondelete="CASCADE"), primary_key=True)
    status: Mapped[str]
    percent: Mapped[int | None] = mapped_column(Integer)
    """None while nobody knows how large it is."""
    size: Mapped[int]
    left_bytes: Mapped[int]
    eta: Mapped[datetime | None]
    items: Mapped[int]
    """Of how many downloads it is made; a season pack is one."""
    trouble: Mapped[str | None]
    seen_at: Mapped[datetime]
