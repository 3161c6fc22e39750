"""Messages that could not be handled, and when administrators were told of whose."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

_WHEN = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "dead_letters",
        sa.Column("seq", sa.BigInteger, autoincrement=False),
        sa.Column("buried_at", _WHEN, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("service", sa.Text, nullable=False),
        sa.Column("handler", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("attempts", sa.BigInteger, nullable=False),
        sa.Column("retries", sa.BigInteger, nullable=False),
        sa.Column("message_id", sa.Uuid),
        sa.Column("correlation_id", sa.Text),
        sa.Column("bytes", sa.BigInteger, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("settled_at", _WHEN),
        sa.PrimaryKeyConstraint("seq", name="pk_dead_letters"),
        sa.CheckConstraint("state in ('waiting', 'retried', 'dropped')", name="ck_dead_letters_state"),
        sa.CheckConstraint(
            "(state = 'waiting') = (settled_at is null)", name="ck_dead_letters_settled_once_decided"
        ),
    )
    op.create_index("ix_dead_letters_state", "dead_letters", ["state", "seq"])
    op.create_index("ix_dead_letters_handler", "dead_letters", ["state", "handler", "seq"])
    op.create_index("ix_dead_letters_service", "dead_letters", ["state", "service", "seq"])
    op.create_table(
        "dead_letter_notices",
        sa.Column("handler", sa.Text),
        sa.Column("untold", sa.BigInteger, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("told_at", _WHEN),
        sa.PrimaryKeyConstraint("handler", name="pk_dead_letter_notices"),
    )
