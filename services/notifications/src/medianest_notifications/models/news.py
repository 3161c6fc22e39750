"""What has come into the library, who may see which of them, and what is on its way to many people at once."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from medianest_notifications.models.base import Base


class LibraryAccess(Base):
    """Which libraries a person may see, as the plex service tells. Nobody is told of a library before it is known."""

    __tablename__ = "library_access"

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    machine_identifier: Mapped[str | None]
    library_keys: Mapped[list[Any] | None]
    """None for all of them."""
    known_at: Mapped[datetime]


class Arrival(Base):
    """A film, season or album of one library: how much of it people know of, and how much there is to tell.

    `subject` is the same for the same title in every library, whatever number Plex gives it. What counts are episodes;
    of a film or album there is one.
    """

    __tablename__ = "arrivals"
    __table_args__ = (
        Index(
            "ix_arrivals_coming",
            "machine_identifier",
            "library_key",
            postgresql_where=text("coming is not null"),
        ),
        Index("ix_arrivals_subject", "subject"),
        Index("ix_arrivals_updated_at", "updated_at"),
    )

    machine_identifier: Mapped[str] = mapped_column(primary_key=True)
    library_key: Mapped[str] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(primary_key=True)
    item_type: Mapped[str]
    library_title: Mapped[str | None]
    title: Mapped[str]
    """Of the show where it is a season."""
    by: Mapped[str | None]
    """Whose album it is."""
    year: Mapped[int | None]
    season: Mapped[int | None]
    tmdb_id: Mapped[int | None]
    known: Mapped[int]
    """The most that was ever told or seen of it: what went and comes back is no news."""
    coming: Mapped[int | None]
    """How much there is now, where that is more than anybody knows."""
    assumed: Mapped[int | None]
    """How much of that was there before, as those say who tell of it; None where nothing is coming."""
    first_at: Mapped[datetime | None]
    last_at: Mapped[datetime | None]
    """When the first and the last of what is coming was heard of."""
    updated_at: Mapped[datetime]


class Telling(Base):
    """One message on its way to many people, some at a time. What it says is settled; it goes when all are through."""

    __tablename__ = "tellings"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    type: Mapped[str]
    values: Mapped[dict[str, Any]]
    audience: Mapped[dict[str, Any]]
    told_up_to: Mapped[UUID | None]
    """People are told in the order of their ids."""
    tries: Mapped[int] = mapped_column(server_default=text("0"))
    """How often it could not be told."""
    created_at: Mapped[datetime]
