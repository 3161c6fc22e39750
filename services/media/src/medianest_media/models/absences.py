"""What was there and is said to be there no longer."""

from datetime import datetime

from sqlalchemy import Integer
from sqlalchemy.orm import Mapped, mapped_column

from medianest_common.contracts.media import MediaType
from medianest_common.db import one_of
from medianest_media.models.base import Base


class Absence(Base):
    """How often, and since when, the backend has said that something it had called available is gone.

    It says so as well when the media server did not answer it. `season` is 0 for a film.
    """

    __tablename__ = "absences"
    __table_args__ = (one_of("media_type", MediaType),)

    tmdb_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    media_type: Mapped[MediaType] = mapped_column(primary_key=True)
    is_4k: Mapped[bool] = mapped_column(primary_key=True)
    season: Mapped[int] = mapped_column(Integer, primary_key=True)
    looks: Mapped[int]
    since: Mapped[datetime]
    looked_at: Mapped[datetime]
