"""Whoever looks through what they dismissed does not read their whole inbox for it."""

from alembic import op

from medianest_common.db.steps import create_index_beside

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    create_index_beside(
        op,
        "ix_entries_dismissed",
        "entries",
        ["user_id", "seq"],
        postgresql_where="dismissed_at is not null",
    )
