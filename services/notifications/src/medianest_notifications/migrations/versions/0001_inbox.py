"""The inbox, its heads and epoch, and what is known about people and requests."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from medianest_common.db import create_bus_tables

revision = "0001"
down_revision = None

_WHEN = sa.DateTime(timezone=True)


def upgrade() -> None:
    create_bus_tables(op)
    op.create_table(
        "entries",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("user_id", sa.Uuid, nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("dedupe_key", sa.Uuid, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("link", sa.Text),
        sa.Column("data", JSONB, nullable=False),
        sa.Column("created_at", _WHEN, nullable=False),
        sa.Column("read_at", _WHEN),
        sa.Column("dismissed_at", _WHEN),
        sa.UniqueConstraint("user_id", "seq"),
        sa.UniqueConstraint("user_id", "dedupe_key"),
    )
    op.create_index(
        "ix_entries_unread",
        "entries",
        ["user_id", "seq"],
        postgresql_where="read_at is null and dismissed_at is null",
    )
    op.create_index("ix_entries_created_at", "entries", ["created_at"])
    op.create_table(
        "heads",
        sa.Column("user_id", sa.Uuid, primary_key=True),
        sa.Column("head", sa.BigInteger, nullable=False),
        sa.Column("unread", sa.BigInteger, nullable=False),
        sa.CheckConstraint("unread >= 0", name="unread"),
    )
    op.create_table(
        "epoch",
        sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.Column("origin", sa.Text, nullable=False),
        sa.CheckConstraint("id = 1", name="one_row"),
    )
    op.create_table(
        "recipients",
        sa.Column("user_id", sa.Uuid, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_recipients_role", "recipients", ["role"])
    op.create_table(
        "followed_requests",
        sa.Column("request_id", sa.Uuid, primary_key=True),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("told", JSONB, nullable=False),
        sa.Column("updated_at", _WHEN, nullable=False),
    )
    op.create_index("ix_followed_requests_updated_at", "followed_requests", ["updated_at"])
