"""Whom the auth service tells of."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from medianest_youtube.models.base import Base


class Person(Base):
    """The row is also what one person's new downloads queue up at, so that a quota is never exceeded."""

    __tablename__ = "people"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    role: Mapped[str]
    version: Mapped[int]
    limit_per_hour: Mapped[int | None]
    """Instead of the setting; 0 is none at all."""
    limit_bytes: Mapped[int | None]
    erased_at: Mapped[datetime | None]
    """When they left. The row is then empty, and stays so whatever comes late."""
