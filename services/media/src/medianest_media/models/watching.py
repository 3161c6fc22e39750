"""Watchlists of Plex from which requests are made, for those who have switched that on."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from medianest_common.contracts.media import MediaType
from medianest_common.contracts.media.watchlist import ShowChoice, WatchlistState
from medianest_common.db import one_of
from medianest_media.models.base import Base


class Watchlist(Base):
    """What somebody has chosen, and when their list was last read."""

    __tablename__ = "watchlists"
    __table_args__ = (one_of("shows", ShowChoice),)

    user_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), primary_key=True)
    enabled: Mapped[bool]
    shows: Mapped[str]
    changed_at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    problem: Mapped[str | None]
    """Why it cannot be read at the moment, in words."""


class WatchlistItem(Base):
    """Something on it, and what has become of it here. What leaves the list is remembered for a while."""

    __tablename__ = "watchlist_items"
    __table_args__ = (
        one_of("media_type", MediaType),
        one_of("state", WatchlistState),
        Index("ix_watchlist_items_due_at", "due_at", postgresql_where=text("due_at is not null")),
        Index("ix_watchlist_items_request_id", "request_id", postgresql_where=text("request_id is not null")),
    )

    user_id: Mapped[UUID] = mapped_column(
        ForeignKey("watchlists.user_id", ondelete="CASCADE"), primary_key=True
    )
    rating_key: Mapped[str] = mapped_column(primary_key=True)
    media_type: Mapped[MediaType]
    tmdb_id: Mapped[int | None]
    title: Mapped[str]
    year: Mapped[int | None]
    position: Mapped[int]
    """On the list, the newest first."""
    state: Mapped[str]
    reason: Mapped[str | None]
    request_id: Mapped[UUID | None] = mapped_column(ForeignKey("requests.id", ondelete="SET NULL"))
    first_seen_at: Mapped[datetime]
    left_at: Mapped[datetime | None]
    """When it was first seen not to be on the list any more."""
    returned_at: Mapped[datetime | None]
    """It was put on the list after this, for the first time or once more; what had become of it before does not count.
    None where it was there when the list was first read."""
    due_at: Mapped[datetime | None]
    """When it is looked at again; None when there is nothing to look for."""
