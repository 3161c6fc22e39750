"""Our own index of the libraries."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TSVECTOR

revision = "0003"
down_revision = "0002"

_WHEN = sa.DateTime(timezone=True)
_HALVES = {
    "first": "type in ('movie', 'show', 'artist', 'collection')",
    "rest": "type in ('album', 'episode', 'track')",
}
_SORTS = {
    "sort_title": "sort_title",
    "added_at": "coalesce(added_at, '1970-01-01 00:00:00+00'::timestamptz)",
    "year": "coalesce(year, 0)",
    "rating": "coalesce(rating, '-1'::double precision)",
    "released_on": "coalesce(released_on, '0001-01-01'::date)",
    "duration": "coalesce(duration_ms, 0)",
}


def upgrade() -> None:
    op.add_column("servers", sa.Column("id", sa.BigInteger, sa.Identity(always=True), nullable=False))
    op.create_unique_constraint("uq_servers_id", "servers", ["id"])
    op.create_table(
        "libraries",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column(
            "server_id", sa.BigInteger, sa.ForeignKey("servers.id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("key", sa.BigInteger, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("agent", sa.Text),
        sa.Column("hidden", sa.Boolean, nullable=False),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("item_count", sa.BigInteger, nullable=False),
        sa.Column("complete_at", _WHEN),
        sa.Column("checked_at", _WHEN),
        sa.Column("changed_at", _WHEN),
        sa.Column("gone_since", _WHEN),
        sa.Column("dropped", sa.BigInteger, nullable=False, server_default=sa.text("0")),
        sa.Column("hinted_at", _WHEN),
        sa.Column("asked_at", _WHEN),
        sa.Column("pass_started_at", _WHEN),
        sa.Column("pass_seen_at", _WHEN),
        sa.Column("pass_read", sa.BigInteger, nullable=False, server_default=sa.text("0")),
        sa.Column("gap", sa.BigInteger, nullable=False, server_default=sa.text("0")),
        sa.UniqueConstraint("server_id", "key"),
    )
    _create_items()
    op.create_table(
        "collection_items",
        sa.Column("server_id", sa.BigInteger, primary_key=True),
        sa.Column("collection_key", sa.BigInteger, primary_key=True),
        sa.Column("item_key", sa.BigInteger, primary_key=True),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.ForeignKeyConstraint(
            ["server_id", "collection_key"], ["items.server_id", "items.rating_key"], ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["server_id", "item_key"], ["items.server_id", "items.rating_key"], ondelete="CASCADE"
        ),
    )
    op.create_index("ix_collection_items_item_key", "collection_items", ["server_id", "item_key"])
    _create_title_words()


def _create_items() -> None:
    op.create_table(
        "items",
        sa.Column(
            "server_id", sa.BigInteger, sa.ForeignKey("servers.id", ondelete="CASCADE"), primary_key=True
        ),
        sa.Column("rating_key", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column(
            "library_id", sa.BigInteger, sa.ForeignKey("libraries.id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("sort_title", sa.Text, nullable=False),
        sa.Column("original_title", sa.Text),
        sa.Column("parent_key", sa.BigInteger),
        sa.Column("grandparent_key", sa.BigInteger),
        sa.Column("parent_title", sa.Text),
        sa.Column("grandparent_title", sa.Text),
        sa.Column("index", sa.BigInteger),
        sa.Column("parent_index", sa.BigInteger),
        sa.Column("year", sa.BigInteger),
        sa.Column("released_on", sa.Date),
        sa.Column("added_at", _WHEN),
        sa.Column("updated_at", _WHEN),
        sa.Column("duration_ms", sa.BigInteger),
        sa.Column("rating", sa.Float),
        sa.Column("content_rating", sa.Text),
        sa.Column("summary", sa.Text),
        sa.Column("guid", sa.Text),
        sa.Column("tmdb_id", sa.BigInteger),
        sa.Column("tvdb_id", sa.BigInteger),
        sa.Column("imdb_id", sa.Text),
        sa.Column("image", sa.Text),
        sa.Column("art", sa.Text),
        sa.Column("leaf_count", sa.BigInteger),
        sa.Column("child_count", sa.BigInteger),
        sa.Column("view_count", sa.BigInteger, nullable=False),
        sa.Column("genres", ARRAY(sa.Text), nullable=False),
        sa.Column("extra", JSONB, nullable=False),
        sa.Column("search_text", sa.Text),
        sa.Column("words", TSVECTOR),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("gone_since", _WHEN),
    )
    for name, order in _SORTS.items():
        op.create_index(
            f"ix_items_library_id_type_{name}", "items", ["library_id", "type", sa.text(order), "rating_key"]
        )
    op.create_index(
        "ix_items_library_id_type_content_rating", "items", ["library_id", "type", "content_rating"]
    )
    op.create_index(
        "ix_items_parent_key",
        "items",
        ["server_id", "parent_key", sa.text("coalesce(index, 0)"), "rating_key"],
    )
    op.create_index(
        "ix_items_grandparent_key", "items", ["server_id", "grandparent_key", "parent_index", "index"]
    )
    for source in ("tmdb_id", "tvdb_id"):
        op.create_index(
            f"ix_items_{source}", "items", [source, "type"], postgresql_where=f"{source} is not null"
        )
    op.create_index("ix_items_imdb_id", "items", ["imdb_id"], postgresql_where="imdb_id is not null")
    op.create_index("ix_items_guid", "items", ["guid"])
    op.create_index(
        "ix_items_gone_since",
        "items",
        ["library_id", "gone_since"],
        postgresql_where="gone_since is not null",
    )
    op.create_index("ix_items_genres", "items", ["genres"], postgresql_using="gin")
    for half, which in _HALVES.items():
        op.create_index(
            f"ix_items_words_{half}", "items", ["words"], postgresql_using="gin", postgresql_where=which
        )
        op.create_index(
            f"ix_items_search_text_{half}",
            "items",
            ["search_text"],
            postgresql_ops={"search_text": "text_pattern_ops"},
            postgresql_where=which,
        )


def _create_title_words() -> None:
    op.create_table(
        "title_words",
        sa.Column("word", sa.Text, primary_key=True),
        sa.Column("near", ARRAY(sa.Text), nullable=False),
    )
    op.create_index("ix_title_words_near", "title_words", ["near"], postgresql_using="gin")
    op.create_index(
        "ix_title_words_pattern", "title_words", ["word"], postgresql_ops={"word": "text_pattern_ops"}
    )
    op.create_index(
        "ix_title_words_trigrams",
        "title_words",
        ["word"],
        postgresql_using="gin",
        postgresql_ops={"word": "gin_trgm_ops"},
    )
