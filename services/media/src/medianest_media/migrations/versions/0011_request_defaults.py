"""What is chosen for what is asked for, unless the backend's own settings hold."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "request_defaults",
        sa.Column("backend", sa.Text, primary_key=True),
        sa.Column("media_type", sa.Text, primary_key=True),
        sa.Column("is_4k", sa.Boolean, primary_key=True),
        sa.Column("server", sa.Text),
        sa.Column("quality_profile", sa.BigInteger),
        sa.Column("root_folder", sa.Text),
        sa.Column("tags", ARRAY(sa.Integer)),
        sa.Column("language_profile", sa.BigInteger),
        sa.Column("minimum_availability", sa.Text),
        sa.Column("season_folders", sa.Boolean),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("media_type in ('movie', 'tv')", name="media_type"),
        sa.CheckConstraint(
            "minimum_availability in ('announced', 'inCinemas', 'released')", name="minimum_availability"
        ),
    )
