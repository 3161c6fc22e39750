"""Dead letters that were settled are found by when, to be forgotten."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_index(
        "ix_dead_letters_settled_at",
        "dead_letters",
        ["settled_at"],
        postgresql_where=sa.text("settled_at is not null"),
    )
