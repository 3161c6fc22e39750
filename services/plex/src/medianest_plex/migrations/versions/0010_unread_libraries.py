"""Since when a library could not be read, so that what is shown of it says that it is old."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.add_column("libraries", sa.Column("unread_since", sa.DateTime(timezone=True)))
