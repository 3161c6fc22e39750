"""What people want to be told, where and when; only what differs from the defaults."""

from datetime import datetime, time
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from medianest_common.contracts.media import MediaType
from medianest_common.contracts.notifications.preferences import Mode
from medianest_common.db import one_of
from medianest_notifications.models.base import Base


class Preference(Base):
    """Times of day are in the person's own zone."""

    __tablename__ = "preferences"
    __table_args__ = (CheckConstraint("(quiet_from is null) = (quiet_to is null)", name="quiet_hours"),)

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    locale: Mapped[str]
    zone: Mapped[str]
    quiet_from: Mapped[time | None]
    quiet_to: Mapped[time | None]
    daily_at: Mapped[time]
    version: Mapped[int]
    updated_at: Mapped[datetime]


class Choice(Base):
    """How one type reaches one channel of one person; without a channel, the inbox."""

    __tablename__ = "choices"
    __table_args__ = (
        UniqueConstraint("user_id", "type", "channel_id", postgresql_nulls_not_distinct=True),
        one_of("mode", Mode),
        CheckConstraint("channel_id is not null or mode in ('off', 'now')", name="inbox"),
        Index("ix_choices_channel_id", "channel_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID]
    type: Mapped[str]
    channel_id: Mapped[UUID | None] = mapped_column(ForeignKey("channels.id", ondelete="cascade"))
    mode: Mapped[Mode]


class Mute(Base):
    """One title that a person does not want to hear of, for good or until a moment."""

    __tablename__ = "mutes"
    __table_args__ = (one_of("media_type", MediaType),)

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    media_type: Mapped[MediaType] = mapped_column(primary_key=True)
    tmdb_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    title: Mapped[str]
    until: Mapped[datetime | None]
    created_at: Mapped[datetime]
