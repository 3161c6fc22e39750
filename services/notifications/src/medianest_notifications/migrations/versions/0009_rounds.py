"""What is sent again by hand has all its attempts before it."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.add_column(
        "deliveries",
        sa.Column("earlier_attempts", sa.BigInteger, nullable=False, server_default=sa.text("0")),
    )
