"""The queue as a whole."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from medianest_common.contracts.youtube import FailureCode
from medianest_youtube.models.base import Base


class QueuePause(Base):
    """While one is not over, nothing begins. There is never more than one."""

    __tablename__ = "queue_pauses"
    __table_args__ = (
        Index("uq_queue_pauses_now", text("(true)"), unique=True, postgresql_where=text("ended_at is null")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[FailureCode | None]
    reason: Mapped[str]
    since: Mapped[datetime]
    until: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    strikes: Mapped[int]
    """How many in a row have ended in the same trouble; each waits longer."""
