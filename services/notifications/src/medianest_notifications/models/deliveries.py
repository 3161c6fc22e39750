"""What is, was or was not sent to a channel."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from medianest_common.contracts.notifications.channels import ChannelKind
from medianest_common.contracts.notifications.deliveries import DeliveryState, HeldFor, SuppressedFor, Urgency
from medianest_common.db import one_of
from medianest_notifications.models.base import Base

_LEADS = "(batch_id is null or batch_id = id)"


class Delivery(Base):
    """One inbox entry on its way to one channel.

    Those that go out as one message have the same `batch_id`, which is the `id` of the one that leads them. Of one
    channel a single message is on its way at any moment: a unique index holds it.
    """

    __tablename__ = "deliveries"
    __table_args__ = (
        UniqueConstraint("channel_id", "entry_id"),
        one_of("kind", ChannelKind),
        one_of("state", DeliveryState),
        one_of("urgency", Urgency),
        one_of("reason", SuppressedFor),
        one_of("held_for", HeldFor),
        CheckConstraint("(state = 'suppressed') = (reason is not null)", name="reason_given"),
        CheckConstraint("held_for is null or state in ('queued', 'suppressed')", name="held_queued"),
        CheckConstraint("(state = 'sending') = (lease_until is not null)", name="leased"),
        Index(
            "uq_deliveries_sending",
            "channel_id",
            unique=True,
            postgresql_where=text(f"state = 'sending' and {_LEADS}"),
        ),
        Index(
            "ix_deliveries_open", "channel_id", "seq", postgresql_where=text("state in ('queued', 'sending')")
        ),
        Index("ix_deliveries_due_at", "due_at", postgresql_where=text("state = 'queued'")),
        Index("ix_deliveries_lease_until", "lease_until", postgresql_where=text("state = 'sending'")),
        Index("ix_deliveries_batch_id", "batch_id", postgresql_where=text("batch_id is not null")),
        Index(
            "ix_deliveries_collapse_key",
            "channel_id",
            "collapse_key",
            "seq",
            postgresql_where=text("collapse_key is not null"),
        ),
        Index("ix_deliveries_entry_id", "entry_id"),
        Index("ix_deliveries_state_id", "state", "id"),
        Index("ix_deliveries_state_kind_id", "state", "kind", "id"),
        Index("ix_deliveries_user_id_id", "user_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID]
    channel_id: Mapped[UUID] = mapped_column(ForeignKey("channels.id", ondelete="cascade"))
    kind: Mapped[ChannelKind]
    entry_id: Mapped[UUID] = mapped_column(ForeignKey("entries.id", ondelete="cascade"))
    seq: Mapped[int]
    """The entry's place in the person's inbox: what is due goes out in this order."""
    type: Mapped[str]
    urgency: Mapped[Urgency]
    state: Mapped[DeliveryState]
    reason: Mapped[SuppressedFor | None]
    held_for: Mapped[HeldFor | None]
    """Why it waits for `due_at`; taken away when it is released."""
    due_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    attempts: Mapped[int]
    """In all; also who may record the outcome: only the attempt with this number."""
    earlier_attempts: Mapped[int] = mapped_column(server_default=text("0"))
    """How many of them were made before an administrator sent it again."""
    lease_until: Mapped[datetime | None]
    in_doubt: Mapped[bool]
    """Nobody knows how the last attempt ended."""
    doubts: Mapped[int] = mapped_column(server_default=text("0"))
    """How many attempts ended like that."""
    repeated: Mapped[bool]
    """It was sent again while in doubt, so it may have arrived twice."""
    collapse_key: Mapped[str | None]
    batch_id: Mapped[UUID | None]
    provider_id: Mapped[str | None]
    error: Mapped[str | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]

    @property
    def attempts_now(self) -> int:
        """Since it was given up last."""
        return self.attempts - self.earlier_attempts
