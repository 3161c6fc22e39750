"""Wordings that an administrator has put in the place of built-in ones."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from medianest_notifications.models.base import Base

ANY_CHANNEL = "any"


class TemplateOverride(Base):
    """`failure` says why it could not be used the last time; the built-in one was used then."""

    __tablename__ = "template_overrides"

    type: Mapped[str] = mapped_column(primary_key=True)
    locale: Mapped[str] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(primary_key=True)
    """A kind of channel, `inbox`, or `any`."""
    title: Mapped[str]
    body: Mapped[str]
    version: Mapped[int]
    updated_at: Mapped[datetime]
    updated_by: Mapped[UUID | None]
    failed_at: Mapped[datetime | None]
    failure: Mapped[str | None]
