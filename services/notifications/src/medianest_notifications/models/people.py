"""What is known here about people."""

from uuid import UUID

from sqlalchemy import Index, false
from sqlalchemy.orm import Mapped, mapped_column

from medianest_notifications.models.base import Base

LAST_VERSION = 2**62


class Recipient(Base):
    """What is known here about a person, copied from the auth service's events. Of somebody who has left, nothing:
    then `version` is `LAST_VERSION`, which nothing that comes late exceeds."""

    __tablename__ = "recipients"
    __table_args__ = (Index("ix_recipients_role", "role"),)

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    role: Mapped[str]
    suspended: Mapped[bool] = mapped_column(server_default=false())
    locale: Mapped[str | None]
    zone: Mapped[str | None]
    """As in their profile; what they choose for notifications alone stands in `preferences`."""
    version: Mapped[int]
