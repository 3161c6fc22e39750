"""Sign-ins and who was here, for the people themselves and for those who run the portal."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from medianest_auth.models.base import Base, OfUser


class SignInAttempt(Base):
    """One try to sign in, right or wrong. Goes with its person; `user_id` is None where nobody was meant."""

    __tablename__ = "sign_ins"
    __table_args__ = (
        Index("ix_sign_ins_user_id_at", "user_id", "at"),
        Index("ix_sign_ins_user_id_network", "user_id", "network", postgresql_where=text("result = 'ok'")),
        Index(
            "ix_sign_ins_user_id_unusual",
            "user_id",
            "at",
            postgresql_where=text("unusual <> '[]'::jsonb"),
        ),
        Index("ix_sign_ins_at", "at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    user_id: Mapped[OfUser | None]
    method: Mapped[str]
    result: Mapped[str]
    reason: Mapped[str | None]
    session_id: Mapped[UUID | None]
    network: Mapped[str]
    """Shortened, /24 or /48."""
    browser: Mapped[str]
    platform: Mapped[str]
    unusual: Mapped[list[Any]]
    """Why it stands out, judged when it happened."""


class ActiveDay(Base):
    """A person who used the portal on a day (UTC)."""

    __tablename__ = "active_days"
    __table_args__ = (Index("ix_active_days_user_id", "user_id"),)

    day: Mapped[date] = mapped_column(primary_key=True)
    user_id: Mapped[OfUser] = mapped_column(primary_key=True)


class DayCount(Base):
    """Days that are over, counted once. `measure` is `active`, `ok` or `refused`; `label` the method or reason."""

    __tablename__ = "sign_in_days"

    day: Mapped[date] = mapped_column(primary_key=True)
    measure: Mapped[str] = mapped_column(primary_key=True)
    label: Mapped[str] = mapped_column(primary_key=True)
    count: Mapped[int]
