"""Our own copy of what is in the libraries, good enough to browse and search while Plex is away."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Identity, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from medianest_plex.models.base import Base

FIRST = "type in ('movie', 'show', 'artist', 'collection')"
"""What is found before the rest. Each half has indexes of its own: many episodes never slow the few films."""
REST = "type in ('album', 'episode', 'track')"
SORTS = {
    "sort_title": "sort_title",
    "added_at": "coalesce(added_at, '1970-01-01 00:00:00+00'::timestamptz)",
    "year": "coalesce(year, 0)",
    "rating": "coalesce(rating, '-1'::double precision)",
    "released_on": "coalesce(released_on, '0001-01-01'::date)",
    "duration": "coalesce(duration_ms, 0)",
}
"""What a list can be sorted by. What is not known sorts before everything that is."""


class Server(Base):
    """`machine_identifier` is what makes it this server: address, name and token may all change."""

    __tablename__ = "servers"

    machine_identifier: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[int] = mapped_column(Identity(always=True), unique=True)
    """Short, for the many rows that belong to it."""
    name: Mapped[str]
    version: Mapped[str | None]
    platform: Mapped[str | None]
    first_seen_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]


class Library(Base):
    """`complete_at` is when the last full pass ended with as many items as Plex told."""

    __tablename__ = "libraries"
    __table_args__ = (UniqueConstraint("server_id", "key"),)

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    server_id: Mapped[int] = mapped_column(ForeignKey("servers.id", ondelete="CASCADE"))
    key: Mapped[int]
    """Of the section, as Plex names it."""
    type: Mapped[str]
    title: Mapped[str]
    agent: Mapped[str | None]
    hidden: Mapped[bool]
    position: Mapped[int]
    item_count: Mapped[int]
    """Films, shows or artists, as Plex told last."""
    complete_at: Mapped[datetime | None]
    checked_at: Mapped[datetime | None]
    """When anything was last read from it."""
    changed_at: Mapped[datetime | None]
    """The newest `updated_at` or `added_at` of its items that was read."""
    gone_since: Mapped[datetime | None]
    """Not listed by the server any more; removed at the second sighting."""
    dropped: Mapped[int] = mapped_column(server_default=text("0"))
    """Entries that the last full pass could not read."""
    hinted_at: Mapped[datetime | None]
    """Somebody said that something has changed, and nobody has looked since."""
    asked_at: Mapped[datetime | None]
    """A full pass was asked for and has not been finished since."""
    pass_started_at: Mapped[datetime | None]
    pass_seen_at: Mapped[datetime | None]
    """When the full pass at work was last heard of; one that was killed is silent."""
    pass_read: Mapped[int] = mapped_column(server_default=text("0"))
    unread_since: Mapped[datetime | None]
    """Since when every look at it has failed; None when the last one did not."""
    gap: Mapped[int] = mapped_column(server_default=text("0"))
    """Plex's number of films, shows or artists less ours, after the last full pass."""


class Item(Base):
    """A film, show, season, episode, artist, album, track or collection. `rating_key` is the server's own number.

    A show's `leaf_count` is its number of episodes. `genres` and `people` are for filters and search; everything else
    that is only shown lies in `extra`. `digest` tells whether anything that matters has changed.
    """

    __tablename__ = "items"
    __table_args__ = (
        *(
            Index(f"ix_items_library_id_type_{name}", "library_id", "type", text(order), "rating_key")
            for name, order in SORTS.items()
        ),
        Index("ix_items_library_id_type_content_rating", "library_id", "type", "content_rating"),
        Index("ix_items_parent_key", "server_id", "parent_key", text("coalesce(index, 0)"), "rating_key"),
        Index("ix_items_grandparent_key", "server_id", "grandparent_key", "parent_index", "index"),
        Index("ix_items_tmdb_id", "tmdb_id", "type", postgresql_where=text("tmdb_id is not null")),
        Index("ix_items_tvdb_id", "tvdb_id", "type", postgresql_where=text("tvdb_id is not null")),
        Index("ix_items_imdb_id", "imdb_id", postgresql_where=text("imdb_id is not null")),
        Index("ix_items_guid", "guid"),
        Index(
            "ix_items_gone_since", "library_id", "gone_since", postgresql_where=text("gone_since is not null")
        ),
        Index("ix_items_genres", "genres", postgresql_using="gin"),
        *(
            Index(f"ix_items_words_{half}", "words", postgresql_using="gin", postgresql_where=text(which))
            for half, which in (("first", FIRST), ("rest", REST))
        ),
        *(
            Index(
                f"ix_items_search_text_{half}",
                "search_text",
                postgresql_ops={"search_text": "text_pattern_ops"},
                postgresql_where=text(which),
            )
            for half, which in (("first", FIRST), ("rest", REST))
        ),
    )

    server_id: Mapped[int] = mapped_column(ForeignKey("servers.id", ondelete="CASCADE"), primary_key=True)
    rating_key: Mapped[int] = mapped_column(primary_key=True)
    library_id: Mapped[int] = mapped_column(ForeignKey("libraries.id", ondelete="CASCADE"))
    type: Mapped[str]
    title: Mapped[str]
    sort_title: Mapped[str]
    """Folded, so that it sorts as people expect."""
    original_title: Mapped[str | None]
    parent_key: Mapped[int | None]
    grandparent_key: Mapped[int | None]
    parent_title: Mapped[str | None]
    grandparent_title: Mapped[str | None]
    index: Mapped[int | None]
    parent_index: Mapped[int | None]
    year: Mapped[int | None]
    released_on: Mapped[date | None]
    added_at: Mapped[datetime | None]
    updated_at: Mapped[datetime | None]
    duration_ms: Mapped[int | None]
    rating: Mapped[float | None]
    content_rating: Mapped[str | None]
    summary: Mapped[str | None]
    guid: Mapped[str | None]
    tmdb_id: Mapped[int | None]
    tvdb_id: Mapped[int | None]
    imdb_id: Mapped[str | None]
    image: Mapped[str | None]
    """Path of the server's own picture."""
    art: Mapped[str | None]
    leaf_count: Mapped[int | None]
    child_count: Mapped[int | None]
    view_count: Mapped[int]
    """The owner's."""
    genres: Mapped[list[str]]
    extra: Mapped[dict[str, Any]]
    search_text: Mapped[str | None]
    """Folded words of all its titles; None for what is not searched."""
    words: Mapped[str | None] = mapped_column(TSVECTOR)
    """As `title_words` tells."""
    digest: Mapped[str]
    gone_since: Mapped[datetime | None]
    """Set at the first full pass that did not see it; the second one removes it."""


class TitleWord(Base):
    """A word of some title, now or earlier. `near` is what it shares with words that are one slip away."""

    __tablename__ = "title_words"
    __table_args__ = (
        Index("ix_title_words_near", "near", postgresql_using="gin"),
        Index("ix_title_words_pattern", "word", postgresql_ops={"word": "text_pattern_ops"}),
        Index(
            "ix_title_words_trigrams",
            "word",
            postgresql_using="gin",
            postgresql_ops={"word": "gin_trgm_ops"},
        ),
    )

    word: Mapped[str] = mapped_column(primary_key=True)
    near: Mapped[list[str]]


class CollectionItem(Base):
    """What a collection holds, in its own order."""

    __tablename__ = "collection_items"
    __table_args__ = (
        ForeignKeyConstraint(
            ["server_id", "collection_key"], ["items.server_id", "items.rating_key"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(
            ["server_id", "item_key"], ["items.server_id", "items.rating_key"], ondelete="CASCADE"
        ),
        Index("ix_collection_items_item_key", "server_id", "item_key"),
    )

    server_id: Mapped[int] = mapped_column(primary_key=True)
    collection_key: Mapped[int] = mapped_column(primary_key=True)
    item_key: Mapped[int] = mapped_column(primary_key=True)
    position: Mapped[int]
