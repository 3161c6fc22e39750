"""Webhooks that were heard, those that nobody understands, and what systems complain of."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

_WHEN = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "heard_webhooks",
        sa.Column("digest", sa.LargeBinary, primary_key=True),
        sa.Column("heard_at", _WHEN, nullable=False),
    )
    op.create_index("ix_heard_webhooks_heard_at", "heard_webhooks", ["heard_at"])
    op.create_table(
        "kept_webhooks",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("name", sa.Text),
        sa.Column("event", sa.Text, nullable=False),
        sa.Column("received_at", _WHEN, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_index("ix_kept_webhooks_source_id", "kept_webhooks", ["source", "id"])
    op.create_table(
        "complaint_rounds",
        sa.Column("source", sa.Text, primary_key=True),
        sa.Column("instance", sa.Text, primary_key=True),
        sa.Column("opened_at", _WHEN, nullable=False),
        sa.Column("due_at", _WHEN),
        sa.Column("told_at", _WHEN),
        sa.Column("ended_at", _WHEN),
        sa.Column("restless", sa.Boolean, nullable=False),
    )
    op.create_index(
        "ix_complaint_rounds_due_at",
        "complaint_rounds",
        ["due_at"],
        postgresql_where=sa.text("due_at is not null"),
    )
    op.create_table(
        "complaints",
        sa.Column("source", sa.Text, primary_key=True),
        sa.Column("instance", sa.Text, primary_key=True),
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("level", sa.Text, nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("since", _WHEN, nullable=False),
        sa.Column("heard_at", _WHEN, nullable=False),
        sa.Column("restored_at", _WHEN),
        sa.Column("told_level", sa.Text),
        sa.Column("told_at", _WHEN),
        sa.ForeignKeyConstraint(
            ["source", "instance"],
            ["complaint_rounds.source", "complaint_rounds.instance"],
            ondelete="CASCADE",
        ),
    )
