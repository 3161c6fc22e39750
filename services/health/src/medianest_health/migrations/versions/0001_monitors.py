"""Monitors, how they stand, single results and roll-ups."""

import sqlalchemy as sa
from alembic import op

from medianest_common.db import create_bus_tables

revision = "0001"
down_revision = None

_WHEN = sa.DateTime(timezone=True)
_STATES = "('up', 'degraded', 'down', 'auth', 'unknown', 'maintenance', 'pending')"


def upgrade() -> None:
    create_bus_tables(op)
    op.create_table(
        "monitors",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("target", sa.Text, nullable=False),
        sa.Column("visibility", sa.Text, nullable=False),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("enabled", sa.Boolean, nullable=False),
        sa.Column("created_at", _WHEN, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_monitors"),
        sa.UniqueConstraint("key", name="uq_monitors_key"),
        sa.CheckConstraint("visibility in ('everyone', 'admins')", name="ck_monitors_visibility"),
    )
    op.create_table(
        "standings",
        sa.Column("monitor_id", sa.Uuid, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("since", _WHEN, nullable=False),
        sa.Column("last_check_at", _WHEN, nullable=False),
        sa.Column("latency_ms", sa.Double),
        sa.Column("message", sa.Text),
        sa.Column("recent", sa.Text, nullable=False),
        sa.Column("uptime_day", sa.Double),
        sa.Column("uptime_week", sa.Double),
        sa.Column("uptime_month", sa.Double),
        sa.Column("uptime_quarter", sa.Double),
        sa.Column("coverage", sa.Double),
        sa.PrimaryKeyConstraint("monitor_id", name="pk_standings"),
        sa.ForeignKeyConstraint(
            ["monitor_id"], ["monitors.id"], name="fk_standings_monitor_id_monitors", ondelete="CASCADE"
        ),
        sa.CheckConstraint(f"state in {_STATES}", name="ck_standings_state"),
    )
    op.create_table(
        "results",
        sa.Column("monitor_id", sa.Uuid, nullable=False),
        sa.Column("at", _WHEN, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("latency_ms", sa.Double),
        sa.Column("message", sa.Text),
        sa.PrimaryKeyConstraint("monitor_id", "at", name="pk_results"),
        sa.CheckConstraint(f"outcome in {_STATES}", name="ck_results_outcome"),
        postgresql_partition_by="RANGE (at)",
    )
    op.create_table(
        "rollups",
        sa.Column("monitor_id", sa.Uuid, nullable=False),
        sa.Column("width", sa.BigInteger, nullable=False),
        sa.Column("bucket", _WHEN, nullable=False),
        sa.Column("up_seconds", sa.Double, nullable=False),
        sa.Column("down_seconds", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("monitor_id", "width", "bucket", name="pk_rollups"),
        sa.ForeignKeyConstraint(
            ["monitor_id"], ["monitors.id"], name="fk_rollups_monitor_id_monitors", ondelete="CASCADE"
        ),
    )
