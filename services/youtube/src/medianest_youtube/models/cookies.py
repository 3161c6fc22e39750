"""The cookies of an account at YouTube."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from medianest_common.db.sealed import sealed
from medianest_youtube.models.base import Base


class AccountCookies(Base):
    """Of the installation, not of a person. There is never more than one row."""

    __tablename__ = "account_cookies"
    __table_args__ = (Index("uq_account_cookies_only", text("(true)"), unique=True),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    file_sealed: Mapped[str] = mapped_column(info=sealed("youtube-cookies"))
    """A Netscape cookie file."""
    set_at: Mapped[datetime]
