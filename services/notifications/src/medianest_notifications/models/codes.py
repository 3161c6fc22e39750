"""Which codes have been sent, for as long as that limits how many more may be."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from medianest_notifications.models.base import Base


class CodeSend(Base):
    """It stays when its channel is deleted: else one that is made anew would have all of its codes again."""

    __tablename__ = "code_sends"
    __table_args__ = (
        Index("ix_code_sends_user_id_sent_at", "user_id", "sent_at"),
        Index("ix_code_sends_fingerprint_sent_at", "fingerprint", "sent_at"),
        Index("ix_code_sends_sent_at", "sent_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID]
    fingerprint: Mapped[str]
    """Of the channel: where it went."""
    sent_at: Mapped[datetime]
