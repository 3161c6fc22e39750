"""Entries that their reader keeps, and what a channel was told of one matter."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column("entries", sa.Column("pinned_at", sa.DateTime(timezone=True)))
    op.create_check_constraint("pinned", "entries", "pinned_at is null or dismissed_at is null")
    op.create_index(
        "ix_entries_pinned", "entries", ["user_id", "seq"], postgresql_where=sa.text("pinned_at is not null")
    )
    op.create_index(
        "ix_deliveries_collapse_key",
        "deliveries",
        ["channel_id", "collapse_key", "seq"],
        postgresql_where=sa.text("collapse_key is not null"),
    )
