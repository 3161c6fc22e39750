"""Times during which something was not well, which are told once each."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_WHEN = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "incidents",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("monitor_id", sa.Uuid, sa.ForeignKey("monitors.id", ondelete="CASCADE"), nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("worst", sa.Text, nullable=False),
        sa.Column("times", sa.BigInteger, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("opened_at", _WHEN, nullable=False),
        sa.Column("closed_at", _WHEN),
        sa.CheckConstraint("state in ('down', 'degraded', 'auth')", name="state"),
        sa.CheckConstraint("worst in ('down', 'degraded', 'auth')", name="worst"),
    )
    op.create_index(
        "uq_incidents_open",
        "incidents",
        ["monitor_id"],
        unique=True,
        postgresql_where=sa.text("closed_at is null"),
    )
    op.create_index("ix_incidents_opened_at", "incidents", ["opened_at"])
