"""Several backends: which one a request was told to, and what was asked of Radarr and Sonarr themselves."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("requests", sa.Column("backend", sa.Text))
    op.execute("update requests set backend = 'overseerr' where in_line or backend_id is not null")
    op.create_table(
        "orders",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("media_type", sa.Text, nullable=False),
        sa.Column("tmdb_id", sa.BigInteger, nullable=False),
        sa.Column("tvdb_id", sa.BigInteger),
        sa.Column("is_4k", sa.Boolean, nullable=False),
        sa.Column("seasons", sa.ARRAY(sa.Integer), nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("their_id", sa.BigInteger),
        sa.Column("added", sa.Boolean, nullable=False),
        sa.Column("taken_up", sa.ARRAY(sa.Integer), nullable=False),
        sa.Column("complete_since", sa.DateTime(timezone=True)),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("media_type in ('movie', 'tv')", name="media_type"),
        sa.CheckConstraint("state in ('sending', 'sent', 'withdrawn')", name="state"),
    )
    op.create_index("ix_orders_title", "orders", ["tmdb_id", "media_type"])
