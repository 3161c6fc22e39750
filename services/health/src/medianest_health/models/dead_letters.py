"""Messages of the whole suite that could not be handled. The messages themselves lie on the bus."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from medianest_health.models.base import Base


class DeadLetter(Base):
    """`seq` is its place on the stream of dead letters; where that begins anew, `buried_at` tells them apart."""

    __tablename__ = "dead_letters"
    __table_args__ = (
        CheckConstraint("state in ('waiting', 'retried', 'dropped')", name="state"),
        CheckConstraint("(state = 'waiting') = (settled_at is null)", name="settled_once_decided"),
        Index("ix_dead_letters_state", "state", "seq"),
        Index("ix_dead_letters_handler", "state", "handler", "seq"),
        Index("ix_dead_letters_service", "state", "service", "seq"),
        Index("ix_dead_letters_settled_at", "settled_at", postgresql_where=text("settled_at is not null")),
    )

    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    buried_at: Mapped[datetime]
    subject: Mapped[str]
    service: Mapped[str]
    handler: Mapped[str]
    reason: Mapped[str]
    attempts: Mapped[int]
    retries: Mapped[int]
    message_id: Mapped[UUID | None]
    correlation_id: Mapped[str | None]
    bytes: Mapped[int]
    state: Mapped[str]
    settled_at: Mapped[datetime | None]


class DeadLetterNotice(Base):
    """What administrators have still to be told of one handler."""

    __tablename__ = "dead_letter_notices"

    handler: Mapped[str] = mapped_column(primary_key=True)
    untold: Mapped[int]
    reason: Mapped[str]
    """Of the latest."""
    told_at: Mapped[datetime | None]
