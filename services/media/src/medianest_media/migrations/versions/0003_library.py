"""What is in the household's library, and by which names it is known there."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    for column in (
        sa.Column("episodes", JSONB),
        sa.Column("tvdb_id", sa.BigInteger),
        sa.Column("imdb_id", sa.Text),
    ):
        op.add_column("titles", column)
    op.create_table(
        "library_items",
        sa.Column("machine_identifier", sa.Text, primary_key=True),
        sa.Column("rating_key", sa.Text, primary_key=True),
        sa.Column("media_type", sa.Text, nullable=False),
        sa.Column("season", sa.Integer),
        sa.Column("parent_key", sa.Text),
        sa.Column("tmdb_id", sa.BigInteger),
        sa.Column("tvdb_id", sa.BigInteger),
        sa.Column("imdb_id", sa.Text),
        sa.Column("episode_count", sa.BigInteger),
        sa.Column("gone", sa.Boolean, nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("media_type in ('movie', 'tv')", name="media_type"),
    )
    for table, source in (
        ("titles", "tvdb_id"),
        ("titles", "imdb_id"),
        ("library_items", "tmdb_id"),
        ("library_items", "tvdb_id"),
        ("library_items", "imdb_id"),
    ):
        op.create_index(
            f"ix_{table}_{source}", table, [source], postgresql_where=sa.text(f"{source} is not null")
        )
    op.create_index(
        "ix_library_items_parent_key",
        "library_items",
        ["machine_identifier", "parent_key"],
        postgresql_where=sa.text("season is not null"),
    )
    op.create_index("ix_library_items_gone", "library_items", ["seen_at"], postgresql_where=sa.text("gone"))
