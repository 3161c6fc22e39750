"""Codes are counted by who asks for them and where they go, whichever channel that is; and when a channel that was
forgotten was taken up again."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "code_sends",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("user_id", sa.Uuid, nullable=False),
        sa.Column("fingerprint", sa.Text, nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_code_sends_user_id_sent_at", "code_sends", ["user_id", "sent_at"])
    op.create_index("ix_code_sends_fingerprint_sent_at", "code_sends", ["fingerprint", "sent_at"])
    op.create_index("ix_code_sends_sent_at", "code_sends", ["sent_at"])
    op.drop_column("channels", "code_sent")
    op.drop_column("channels", "code_since")
    op.add_column("channels", sa.Column("woken_at", sa.DateTime(timezone=True)))
