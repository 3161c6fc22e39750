"""Of somebody who has left stays that they have, so that nothing late fills an inbox again."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("heads", sa.Column("erased_at", sa.DateTime(timezone=True)))
    op.add_column("entries", sa.Column("about_id", sa.Uuid))
    op.create_index(
        "ix_entries_about_id", "entries", ["about_id"], postgresql_where=sa.text("about_id is not null")
    )
