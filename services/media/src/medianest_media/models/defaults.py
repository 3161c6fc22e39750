"""What administrators have chosen for what is asked for."""

from datetime import datetime

from sqlalchemy import ARRAY, CheckConstraint, Integer
from sqlalchemy.orm import Mapped, mapped_column

from medianest_common.contracts.media import MediaType
from medianest_common.db import one_of
from medianest_media.models.base import Base


class RequestDefault(Base):
    """For one kind of title in one quality. `backend`: the numbers of one mean nothing to another."""

    __tablename__ = "request_defaults"
    __table_args__ = (
        one_of("media_type", MediaType),
        CheckConstraint(
            "minimum_availability in ('announced', 'inCinemas', 'released')", name="minimum_availability"
        ),
    )

    backend: Mapped[str] = mapped_column(primary_key=True)
    media_type: Mapped[MediaType] = mapped_column(primary_key=True)
    is_4k: Mapped[bool] = mapped_column(primary_key=True)
    server: Mapped[str | None]
    quality_profile: Mapped[int | None]
    root_folder: Mapped[str | None]
    tags: Mapped[list[int] | None] = mapped_column(ARRAY(Integer))
    language_profile: Mapped[int | None]
    minimum_availability: Mapped[str | None]
    season_folders: Mapped[bool | None]
    set_at: Mapped[datetime]
