"""A person's channels: the addresses, browsers and rooms where they want to be told."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from medianest_common.contracts.notifications.channels import ChannelKind, ChannelState
from medianest_common.db import one_of
from medianest_common.db.sealed import sealed
from medianest_notifications.models.base import Base


class Channel(Base):
    """`fingerprint` is the same for the same target, so that nobody is told twice in one place."""

    __tablename__ = "channels"
    __table_args__ = (
        UniqueConstraint("user_id", "kind", "fingerprint"),
        Index("ix_channels_fingerprint", "fingerprint"),
        one_of("kind", ChannelKind),
        one_of("state", ChannelState),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID]
    kind: Mapped[ChannelKind]
    name: Mapped[str]
    config_sealed: Mapped[str] = mapped_column(info=sealed("channel"))
    shown: Mapped[str]
    """The target, masked, for lists."""
    fingerprint: Mapped[str]
    state: Mapped[ChannelState]
    state_reason: Mapped[str | None]
    code_hash: Mapped[str | None]
    code_expires_at: Mapped[datetime | None]
    code_attempts: Mapped[int]
    held_until: Mapped[datetime | None]
    """When the provider takes messages for it again."""
    woken_at: Mapped[datetime | None]
    """When what had been lost sight of was last taken up again."""
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    last_sent_at: Mapped[datetime | None]
