"""Whom the auth service tells of."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, false, text
from sqlalchemy.orm import Mapped, mapped_column

from medianest_media.models.base import Base


class Person(Base):
    """What the auth service tells about somebody. The row is also what one person's requests queue up at."""

    __tablename__ = "people"
    __table_args__ = (
        Index("ix_people_plex_id", "plex_id", postgresql_where=text("plex_id is not null")),
        Index("ix_people_imported", "id", postgresql_where=text("imported")),
        Index("ix_people_left_as", "left_as", postgresql_where=text("left_as is not null")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str]
    email: Mapped[str | None]
    role: Mapped[str]
    plex_id: Mapped[int | None]
    backend_user_id: Mapped[int | None]
    version: Mapped[int]
    erased_at: Mapped[datetime | None]
    """When they left. The row is then empty, and stays so whatever comes late."""
    imported: Mapped[bool] = mapped_column(server_default=false())
    """Known from an import only: an account with the same Plex account takes over what is theirs."""
    left_as: Mapped[str | None]
    """A digest of the Plex account of somebody who has left, so that an import does not bring them back."""
