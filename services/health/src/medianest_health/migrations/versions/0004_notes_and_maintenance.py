"""What admins say of incidents, and windows of time in which things may be down."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_WHEN = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("incidents", sa.Column("reminded_at", _WHEN))
    op.add_column("incidents", sa.Column("post_mortem", sa.Text))
    op.create_table(
        "incident_notes",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("incident_id", sa.Uuid, sa.ForeignKey("incidents.id", ondelete="CASCADE"), nullable=False),
        sa.Column("author_id", sa.Uuid),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("at", _WHEN, nullable=False),
    )
    op.create_index("ix_incident_notes_incident_id", "incident_notes", ["incident_id"])
    op.create_table(
        "maintenances",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("description", sa.Text),
        sa.Column("zone", sa.Text, nullable=False),
        sa.Column("starts_at_local", sa.Text, nullable=False),
        sa.Column("duration_seconds", sa.BigInteger, nullable=False),
        sa.Column("rule", sa.Text),
        sa.Column("everything", sa.Boolean, nullable=False),
        sa.Column("ended_at", _WHEN),
        sa.Column("external_ref", sa.Text),
        sa.Column("created_at", _WHEN, nullable=False),
        sa.Column("updated_at", _WHEN, nullable=False),
        sa.UniqueConstraint("external_ref"),
    )
    op.create_table(
        "maintenance_monitors",
        sa.Column(
            "maintenance_id", sa.Uuid, sa.ForeignKey("maintenances.id", ondelete="CASCADE"), primary_key=True
        ),
        sa.Column("monitor_id", sa.Uuid, sa.ForeignKey("monitors.id", ondelete="CASCADE"), primary_key=True),
    )
