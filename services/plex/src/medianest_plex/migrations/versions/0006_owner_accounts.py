"""The account token that was given after the one in the settings: by signing in, or by an administrator."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "owner_accounts",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("machine_identifier", sa.Text, nullable=False),
        sa.Column("token", sa.Text, nullable=False),
        sa.Column("instead_of", sa.Text, nullable=False),
        sa.Column("user_id", sa.Uuid),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
    )
