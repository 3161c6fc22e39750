"""What other systems tell by webhook: what was heard, what nobody understands, and what they complain of."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from medianest_health.models.base import Base


class HeardWebhook(Base):
    """So that the same heard again within a few minutes does nothing."""

    __tablename__ = "heard_webhooks"
    __table_args__ = (Index("ix_heard_webhooks_heard_at", "heard_at"),)

    digest: Mapped[bytes] = mapped_column(primary_key=True)
    """Of who told it, and what makes it the same."""
    heard_at: Mapped[datetime]


class KeptWebhook(Base):
    """A body that nothing could be made of. Their ids are in the order in which they came."""

    __tablename__ = "kept_webhooks"
    __table_args__ = (Index("ix_kept_webhooks_source_id", "source", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    source: Mapped[str]
    name: Mapped[str | None]
    event: Mapped[str]
    received_at: Mapped[datetime]
    body: Mapped[str]


class ComplaintRound(Base):
    """One system from its first complaint until it has had none for a while; its row is also what whatever is told of
    it queues up at."""

    __tablename__ = "complaint_rounds"
    __table_args__ = (
        Index("ix_complaint_rounds_due_at", "due_at", postgresql_where=text("due_at is not null")),
    )

    source: Mapped[str] = mapped_column(primary_key=True)
    instance: Mapped[str] = mapped_column(primary_key=True)
    opened_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    """When it is decided what people are told."""
    told_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    """What was to be told has been. The row stays for a while, to know what comes back."""
    restless: Mapped[bool]
    """Something has come back in it."""


class Complaint(Base):
    __tablename__ = "complaints"
    __table_args__ = (
        ForeignKeyConstraint(
            ["source", "instance"],
            ["complaint_rounds.source", "complaint_rounds.instance"],
            ondelete="CASCADE",
        ),
    )

    source: Mapped[str] = mapped_column(primary_key=True)
    instance: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    level: Mapped[str]
    message: Mapped[str]
    since: Mapped[datetime]
    heard_at: Mapped[datetime]
    """Of two reports the later one holds, in whatever order they arrive."""
    restored_at: Mapped[datetime | None]
    told_level: Mapped[str | None]
    told_at: Mapped[datetime | None]
