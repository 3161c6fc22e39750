"""Posters and tvshow.nfo that were made for shows."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "show_art",
        sa.Column("path", sa.Text, primary_key=True),
        sa.Column("show", sa.Text, nullable=False),
        sa.Column("folder", sa.Text, nullable=False),
        sa.Column("digest", sa.Text),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_show_art_show", "show_art", ["show"])
