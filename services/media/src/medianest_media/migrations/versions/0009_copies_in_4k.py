"""Whether the library has a film in 4K, as far as its index says."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.add_column("library_items", sa.Column("has_4k", sa.Boolean, nullable=False, server_default=sa.false()))
