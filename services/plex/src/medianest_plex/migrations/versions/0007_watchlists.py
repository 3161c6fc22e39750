"""Watchlists that are read for those who want it, and which titles are on them."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

_WHEN = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "watchlists",
        sa.Column("user_id", sa.Uuid, primary_key=True),
        sa.Column("wanted", sa.Boolean, nullable=False),
        sa.Column("switched_at", _WHEN),
        sa.Column("account_token", sa.Text),
        sa.Column("offered_at", _WHEN),
        sa.Column("etag", sa.Text),
        sa.Column("told", sa.Text),
        sa.Column("problem", sa.Text),
        sa.Column("read_at", _WHEN),
        sa.Column("next_at", _WHEN, nullable=False),
    )
    op.create_index("ix_watchlists_next_at", "watchlists", ["next_at"], postgresql_where=sa.text("wanted"))
    op.create_table(
        "watchlist_titles",
        sa.Column("rating_key", sa.Text, primary_key=True),
        sa.Column("tmdb_id", sa.BigInteger),
        sa.Column("looked_up_at", _WHEN, nullable=False),
    )
