"""What is being played, what was played, and what that adds up to."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from medianest_plex.models.base import Base

EVERYBODY = -1
"""The `scope` of figures that are about all accounts together."""


class Reading(Base):
    """How far a server's sessions and history have been read."""

    __tablename__ = "readings"

    server_id: Mapped[int] = mapped_column(ForeignKey("servers.id", ondelete="CASCADE"), primary_key=True)
    sessions_at: Mapped[datetime | None]
    """When it last said what is being played."""
    history_until: Mapped[datetime | None]
    """The latest entry of its own history that was read."""
    history_at: Mapped[datetime | None]
    """When that was read to the end."""


class Viewer(Base):
    """An account as the server numbers it: 1 is its owner, all others have their number at plex.tv."""

    __tablename__ = "viewers"

    server_id: Mapped[int] = mapped_column(ForeignKey("servers.id", ondelete="CASCADE"), primary_key=True)
    account_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str]


class Played:
    """What is known of a play whether or not it is over. Live television and trailers have no key and no library.

    `top_key` and `top_title` are the film, show or artist that the item belongs to.
    """

    id: Mapped[UUID] = mapped_column(primary_key=True)
    server_id: Mapped[int] = mapped_column(ForeignKey("servers.id", ondelete="CASCADE"))
    account_id: Mapped[int]
    kind: Mapped[str]
    rating_key: Mapped[int | None]
    library_key: Mapped[int | None]
    top_key: Mapped[int | None]
    type: Mapped[str]
    title: Mapped[str]
    parent_title: Mapped[str | None]
    top_title: Mapped[str | None]
    index: Mapped[int | None]
    parent_index: Mapped[int | None]
    year: Mapped[int | None]
    image: Mapped[str | None]
    duration_ms: Mapped[int | None]
    position_ms: Mapped[int]
    player_id: Mapped[str]
    player: Mapped[str | None]
    platform: Mapped[str | None]
    product: Mapped[str | None]
    decision: Mapped[str | None]
    quality: Mapped[str | None]
    bandwidth_kbps: Mapped[int | None]
    """The most that was told."""
    local: Mapped[bool | None]
    relayed: Mapped[bool | None]
    started_at: Mapped[datetime]
    paused_seconds: Mapped[float]


class Session(Played, Base):
    """What is being played now. `session_key` starts again from 1 with every start of the server."""

    __tablename__ = "sessions"
    __table_args__ = (UniqueConstraint("server_id", "session_key"),)

    session_key: Mapped[str]
    state: Mapped[str]
    seen_at: Mapped[datetime]
    moved_at: Mapped[datetime]
    """When state or position changed last: a player that says it plays, but does not move on, does not play."""


class Play(Played, Base):
    """A play that is over: seen by ourselves, or read from the server's own history, which then names `history_key`.

    `settled` once it is in the figures; until then it may still be gone on with. `day` and `hour` are the household's.
    """

    __tablename__ = "plays"
    __table_args__ = (
        UniqueConstraint("server_id", "history_key"),
        Index("ix_plays_started_at", "server_id", "started_at", "id"),
        Index("ix_plays_account_id", "server_id", "account_id", "started_at", "id"),
        Index("ix_plays_library_key", "server_id", "library_key", "started_at", "id"),
        Index("ix_plays_account_library", "server_id", "account_id", "library_key", "started_at", "id"),
        Index("ix_plays_rating_key", "server_id", "account_id", "rating_key", "stopped_at"),
        Index("ix_plays_unsettled", "stopped_at", postgresql_where=text("not settled")),
    )

    stopped_at: Mapped[datetime]
    played_seconds: Mapped[int]
    """Of imported plays the item's length, since nobody saw more."""
    watched_percent: Mapped[int | None]
    history_key: Mapped[str | None]
    settled: Mapped[bool]
    day: Mapped[date]
    hour: Mapped[int]


class PlayDay(Base):
    """Plays of a day added up: for one account, or for `EVERYBODY`; by one `dimension`, such as library or show."""

    __tablename__ = "play_days"

    server_id: Mapped[int] = mapped_column(ForeignKey("servers.id", ondelete="CASCADE"), primary_key=True)
    scope: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    day: Mapped[date] = mapped_column(primary_key=True)
    dimension: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    label: Mapped[str | None]
    plays: Mapped[int]
    seconds: Mapped[int]
