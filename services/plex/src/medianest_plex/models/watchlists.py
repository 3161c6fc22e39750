"""Watchlists that are read for those who want it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from medianest_common.db.sealed import sealed
from medianest_plex.models.base import Base


class Watchlist(Base):
    __tablename__ = "watchlists"
    __table_args__ = (Index("ix_watchlists_next_at", "next_at", postgresql_where=text("wanted")),)

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    wanted: Mapped[bool]
    switched_at: Mapped[datetime | None]
    account_token: Mapped[str | None] = mapped_column(info=sealed("plex-watchlist-tokens", row="user_id"))
    """Sealed: the person's own at plex.tv, as it came with their last sign-in; None when Plex has refused it."""
    offered_at: Mapped[datetime | None]
    etag: Mapped[str | None]
    told: Mapped[str | None]
    """A digest of what was told last, so that only changes are."""
    problem: Mapped[str | None]
    read_at: Mapped[datetime | None]
    """When the whole of it was last read."""
    next_at: Mapped[datetime]


class WatchlistTitle(Base):
    """Which title a key of Plex's catalogue stands for. The same for everybody, and for ever once it is known."""

    __tablename__ = "watchlist_titles"

    rating_key: Mapped[str] = mapped_column(primary_key=True)
    tmdb_id: Mapped[int | None]
    looked_up_at: Mapped[datetime]
