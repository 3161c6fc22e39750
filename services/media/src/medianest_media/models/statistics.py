"""Figures about requests, kept by triggers, so that nobody has to count a million rows."""

from datetime import date
from uuid import UUID

from sqlalchemy import Index, Integer
from sqlalchemy.orm import Mapped, mapped_column

from medianest_common.contracts.media import MediaType
from medianest_media.models.base import Base


class Month(Base):
    """How many requests a person made in a calendar month, in UTC."""

    __tablename__ = "request_months"

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    month: Mapped[date] = mapped_column(primary_key=True)
    media_type: Mapped[MediaType] = mapped_column(primary_key=True)
    n: Mapped[int]


class Wait(Base):
    """How many of a person's requests took how long from asking to watching: 1.05 to the power of `step` seconds."""

    __tablename__ = "request_waits"

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    step: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    n: Mapped[int]


class TitleCount(Base):
    """How often a title was asked for."""

    __tablename__ = "title_requests"
    __table_args__ = (Index("ix_title_requests_n", "n"),)

    media_type: Mapped[MediaType] = mapped_column(primary_key=True)
    tmdb_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    n: Mapped[int]
