"""What titles are called, and what of them is in the household's own library."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, Integer, text
from sqlalchemy.orm import Mapped, mapped_column

from medianest_common.contracts.media import MediaType
from medianest_common.db import one_of
from medianest_media.models.base import Base


class SeenTitle(Base):
    """What a title is called, remembered from every answer of the backend for the time when it does not answer."""

    __tablename__ = "titles"
    __table_args__ = (
        one_of("media_type", MediaType),
        Index("ix_titles_tvdb_id", "tvdb_id", postgresql_where=text("tvdb_id is not null")),
        Index("ix_titles_imdb_id", "imdb_id", postgresql_where=text("imdb_id is not null")),
    )

    tmdb_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    media_type: Mapped[MediaType] = mapped_column(primary_key=True)
    title: Mapped[str]
    year: Mapped[int | None]
    poster_path: Mapped[str | None]
    seasons: Mapped[list[int] | None]
    """Those one can ask for; None while only a list has named the title."""
    seen_at: Mapped[datetime]
    episodes: Mapped[dict[str, Any] | None]
    """How many each season has, by its number; what the library is held against."""
    tvdb_id: Mapped[int | None]
    imdb_id: Mapped[str | None]


class LibraryItem(Base):
    """A film, show or season in the household's own library, as the plex service tells it.

    `season` is None for the title itself. A season has no ids: it belongs to the show with its `parent_key`. What has
    left is kept for a while, `gone`: that it is not there is known then, whatever the backend says.
    """

    __tablename__ = "library_items"
    __table_args__ = (
        one_of("media_type", MediaType),
        Index("ix_library_items_tmdb_id", "tmdb_id", postgresql_where=text("tmdb_id is not null")),
        Index("ix_library_items_tvdb_id", "tvdb_id", postgresql_where=text("tvdb_id is not null")),
        Index("ix_library_items_imdb_id", "imdb_id", postgresql_where=text("imdb_id is not null")),
        Index(
            "ix_library_items_parent_key",
            "machine_identifier",
            "parent_key",
            postgresql_where=text("season is not null"),
        ),
        Index("ix_library_items_gone", "seen_at", postgresql_where=text("gone")),
    )

    machine_identifier: Mapped[str] = mapped_column(primary_key=True)
    rating_key: Mapped[str] = mapped_column(primary_key=True)
    media_type: Mapped[MediaType]
    season: Mapped[int | None] = mapped_column(Integer)
    parent_key: Mapped[str | None]
    tmdb_id: Mapped[int | None]
    tvdb_id: Mapped[int | None]
    imdb_id: Mapped[str | None]
    episode_count: Mapped[int | None]
    has_4k: Mapped[bool] = mapped_column(server_default=text("false"))
    """Only of films: whether one of the copies is in 4K."""
    server_name: Mapped[str | None]
    library_title: Mapped[str | None]
    gone: Mapped[bool]
    seen_at: Mapped[datetime]
    """Of two events about an item, the later one holds."""
