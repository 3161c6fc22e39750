"""What Radarr and Sonarr were asked for. They keep no requests, so this service keeps what it changed there."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ARRAY, Identity, Index, Integer, text
from sqlalchemy.orm import Mapped, mapped_column

from medianest_common.contracts.media import MediaType
from medianest_common.db import Word, one_of
from medianest_media.models.base import Base


class OrderState(StrEnum):
    SENDING = "sending"
    """Perhaps it has arrived there, perhaps not."""
    SENT = "sent"
    WITHDRAWN = "withdrawn"


class Order(Base):
    """One title in one quality, of a show some seasons. `id` is the `backend_id` of the request it was made for."""

    __tablename__ = "orders"
    __table_args__ = (
        one_of("media_type", MediaType),
        one_of("state", OrderState),
        Index("ix_orders_title", "tmdb_id", "media_type"),
        Index("ix_orders_tvdb_id", "tvdb_id", postgresql_where=text("tvdb_id is not null")),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    media_type: Mapped[MediaType]
    tmdb_id: Mapped[int]
    tvdb_id: Mapped[int | None]
    is_4k: Mapped[bool]
    seasons: Mapped[list[int]]
    server: Mapped[str | None]
    """Which server it was sent to, as `ArrChoices.place`; None of what was sent before that was written down."""
    state: Mapped[OrderState] = mapped_column(Word(OrderState))
    their_id: Mapped[int | None]
    """Of the film or show over there. It is looked up by the title's own number, so this only tells whether it is still
    the one that we added."""
    added: Mapped[bool]
    """It was not there before this order."""
    taken_up: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    """The seasons, 0 for a film, that nobody watched out for before this order."""
    complete_since: Mapped[datetime | None]
    created_at: Mapped[datetime]
