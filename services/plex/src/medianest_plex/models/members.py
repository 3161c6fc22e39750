"""The people who sign in with Plex, and the last good answers that they were shown."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from medianest_common.db.sealed import sealed
from medianest_plex.models.base import Base


class Member(Base):
    """Somebody who signs in with Plex. `sections` are the keys of the libraries their own token was shown."""

    __tablename__ = "members"
    __table_args__ = (Index("ix_members_plex_id", "plex_id"),)

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    plex_id: Mapped[int]
    server_token: Mapped[str | None] = mapped_column(info=sealed("plex-member-tokens", row="user_id"))
    """Sealed; None until the first sign-in has told it, and after Plex refused it."""
    restricted: Mapped[bool]
    owns_server: Mapped[bool]
    """The server knows its owner by the number 1, and not by the one plex.tv gave."""
    sections: Mapped[list[Any] | None]
    sections_checked_at: Mapped[datetime | None]
    told_access: Mapped[dict[str, Any] | None]
    """What was told last of the libraries they see."""
    remembered_at: Mapped[datetime]
    erased_at: Mapped[datetime | None]
    """When they left. The row is then empty, and stays so whatever comes late."""


class Copy(Base):
    """The last good answer of a server to one question, as one audience saw it."""

    __tablename__ = "copies"

    machine_identifier: Mapped[str] = mapped_column(
        ForeignKey("servers.machine_identifier", ondelete="CASCADE"), primary_key=True
    )
    audience: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    body: Mapped[str]
    taken_at: Mapped[datetime]
