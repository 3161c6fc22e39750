"""How much has been fetched today is counted by an index."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_index(
        "ix_assets_stored_at", "assets", ["stored_at"], postgresql_where=sa.text("stored_at is not null")
    )
