"""Replicas that announce themselves, what was mended, and errors that browsers report."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_WHEN = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "replicas",
        sa.Column("instance", sa.Text, primary_key=True),
        sa.Column("service", sa.Text, nullable=False),
        sa.Column("version", sa.Text, nullable=False),
        sa.Column("started_at", _WHEN, nullable=False),
        sa.Column("first_seen_at", _WHEN, nullable=False),
        sa.Column("last_seen_at", _WHEN, nullable=False),
        sa.Column("left_at", _WHEN),
        sa.Column("vanished_at", _WHEN),
        sa.Column("replaced_by", sa.Text),
    )
    op.create_table(
        "recoveries",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("at", _WHEN, nullable=False),
        sa.Column("service", sa.Text, nullable=False),
        sa.Column("instance", sa.Text),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("about", sa.Text, nullable=False),
        sa.Column("seconds", sa.Double),
        sa.Column("detail", sa.Text),
    )
    op.create_index("ix_recoveries_at", "recoveries", ["at", "id"])
    op.create_index("ix_recoveries_service", "recoveries", ["service", "at", "id"])
    op.create_index("ix_recoveries_kind", "recoveries", ["kind", "at", "id"])
    op.create_table(
        "error_groups",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("fingerprint", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("stack", sa.Text),
        sa.Column("page", sa.Text),
        sa.Column("browser", sa.Text),
        sa.Column("release", sa.Text),
        sa.Column("count", sa.BigInteger, nullable=False),
        sa.Column("first_seen_at", _WHEN, nullable=False),
        sa.Column("last_seen_at", _WHEN, nullable=False),
        sa.Column("resolved_at", _WHEN),
        sa.UniqueConstraint("fingerprint"),
    )
    op.create_index("ix_error_groups_last_seen_at", "error_groups", ["last_seen_at", "id"])
