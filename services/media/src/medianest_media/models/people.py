"""Whom the auth service tells of."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from medianest_media.models.base import Base


class Person(Base):
    """What the auth service tells about somebody. The row is also what one person's requests queue up at."""

    __tablename__ = "people"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    email: Mapped[str | None]
    role: Mapped[str]
    plex_id: Mapped[int | None]
    backend_user_id: Mapped[int | None]
    version: Mapped[int]
    erased_at: Mapped[datetime | None]
    """When they left. The row is then empty, and stays so whatever comes late."""
