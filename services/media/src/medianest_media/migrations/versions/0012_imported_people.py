"""The list of people who are known from an import only."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.create_index("ix_people_imported", "people", ["id"], postgresql_where=sa.text("imported"))
