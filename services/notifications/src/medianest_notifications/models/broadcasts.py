"""What administrators have told everybody, or many."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from medianest_common.contracts.identity import Role
from medianest_common.contracts.notifications.broadcasts import BroadcastAudience, BroadcastState
from medianest_common.contracts.notifications.deliveries import Urgency
from medianest_common.db import one_of
from medianest_notifications.models.base import Base


class Broadcast(Base):
    """Its `id` is the `dedupe_key` of the entries made of it."""

    __tablename__ = "broadcasts"
    __table_args__ = (
        one_of("audience", BroadcastAudience),
        one_of("urgency", Urgency),
        one_of("state", BroadcastState),
        CheckConstraint("(audience = 'role') = (role is not null)", name="role_named"),
        Index("ix_broadcasts_fingerprint", "fingerprint", "created_at"),
        Index(
            "ix_broadcasts_expires_at",
            "expires_at",
            postgresql_where=text("state <> 'ended' and expires_at is not null"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    author_id: Mapped[UUID | None]
    author_name: Mapped[str]
    title: Mapped[str]
    body: Mapped[str]
    link: Mapped[str | None]
    audience: Mapped[BroadcastAudience]
    role: Mapped[Role | None]
    user_ids: Mapped[list[Any]]
    urgency: Mapped[Urgency]
    pinned: Mapped[bool]
    fingerprint: Mapped[str]
    """Of whoever wrote it and all that it says: the same again within a minute is a second click."""
    state: Mapped[BroadcastState]
    reached: Mapped[int]
    reached_up_to: Mapped[UUID | None]
    """The last person who has it; the next batch begins after them."""
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
