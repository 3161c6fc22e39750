"""What lies beside the videos of a show."""

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from medianest_youtube.models.base import Base


class ShowArt(Base):
    """A poster, a season's poster or a `tvshow.nfo` that we have made, or have tried to."""

    __tablename__ = "show_art"
    __table_args__ = (Index("ix_show_art_show", "show"),)

    path: Mapped[str] = mapped_column(primary_key=True)
    """Below the download folder."""
    show: Mapped[str]
    """The show's folder."""
    folder: Mapped[str]
    """The show's or the season's: it is there for this, and goes with it."""
    digest: Mapped[str | None]
    """Of what we have written, so that what a person puts in its place is told from it. None: nothing yet."""
    tried_at: Mapped[datetime]
