"""Orders are found by the number that TheTVDB has for their show."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.create_index(
        "ix_orders_tvdb_id",
        "orders",
        ["tvdb_id"],
        postgresql_where=sa.text("tvdb_id is not null"),
    )
