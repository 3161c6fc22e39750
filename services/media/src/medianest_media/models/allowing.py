"""What administrators have laid down about who may ask for how much, and what needs no approval."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from medianest_common.contracts.media import MediaType
from medianest_common.db import one_of
from medianest_media.models.base import Base


class OwnQuota(Base):
    """One person's quota instead of that of their role. Without days the role's holds; with days, no limit is none."""

    __tablename__ = "own_quotas"
    __table_args__ = (
        CheckConstraint("movie_limit >= 0 and tv_limit >= 0", name="limits"),
        CheckConstraint("movie_days > 0 and tv_days > 0", name="days"),
    )

    user_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), primary_key=True)
    movie_limit: Mapped[int | None]
    movie_days: Mapped[int | None]
    tv_limit: Mapped[int | None]
    """Counted in seasons."""
    tv_days: Mapped[int | None]
    may_ask_4k: Mapped[bool | None]
    """None is as for the role."""
    set_at: Mapped[datetime]


class ApprovalRule(Base):
    """Of the rules in their order the first that fits decides. What is None or empty fits everything."""

    __tablename__ = "approval_rules"
    __table_args__ = (
        one_of("media_type", MediaType),
        CheckConstraint("action in ('approve', 'ask')", name="action"),
        Index("ix_approval_rules_user_id", "user_id", postgresql_where=text("user_id is not null")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    position: Mapped[int]
    name: Mapped[str]
    action: Mapped[str]
    enabled: Mapped[bool]
    role: Mapped[str | None]
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    media_type: Mapped[MediaType | None]
    is_4k: Mapped[bool | None]
    genres: Mapped[list[str]] = mapped_column(ARRAY(Text))
    """Any of them."""
    year_from: Mapped[int | None]
    year_to: Mapped[int | None]
    min_seasons: Mapped[int | None]
    max_seasons: Mapped[int | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
