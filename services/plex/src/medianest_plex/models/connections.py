"""How the servers of the owner were reached last, so that a restart finds them while plex.tv is away."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from medianest_common.db.sealed import sealed
from medianest_plex.models.base import Base


class Connection(Base):
    """`account` is a digest of the account token that the server was found with: another one is asked for anew."""

    __tablename__ = "connections"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    machine_identifier: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    url: Mapped[str]
    """Of the connection that won."""
    candidates: Mapped[list[Any]]
    """All that plex.tv has told, the best first."""
    token: Mapped[str] = mapped_column(info=sealed("plex-server-tokens"))
    """The owner's for this server; sealed."""
    account: Mapped[str]
    chosen_at: Mapped[datetime]
