"""What is told of incidents and what admins say of them, and windows of time in which things may be down."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0004"
down_revision = "0003"

_WHEN = sa.DateTime(timezone=True)
_STATES = "('down', 'degraded', 'auth', 'flapping')"


def upgrade() -> None:
    _incidents()
    _maintenances()


def _incidents() -> None:
    op.drop_constraint("state", "incidents", type_="check")
    op.create_check_constraint("state", "incidents", f"state in {_STATES}")
    for column in (
        sa.Column("told", sa.Text),
        sa.Column("told_at", ARRAY(_WHEN), nullable=False, server_default="{}"),
        sa.Column("reminded_at", _WHEN),
        sa.Column("post_mortem", sa.Text),
        sa.Column("post_mortem_version", sa.BigInteger, nullable=False, server_default="0"),
    ):
        op.add_column("incidents", column)
    op.execute("update incidents set told = state")
    op.create_check_constraint("told", "incidents", f"told in {_STATES}")
    op.create_index("ix_incidents_monitor_id", "incidents", ["monitor_id", "opened_at", "id"])
    op.create_table(
        "incident_turns",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("incident_id", sa.Uuid, sa.ForeignKey("incidents.id", ondelete="CASCADE"), nullable=False),
        sa.Column("at", _WHEN, nullable=False),
        sa.Column("what", sa.Text, nullable=False),
        sa.Column("reason", sa.Text),
    )
    op.create_index("ix_incident_turns_incident_id", "incident_turns", ["incident_id", "at"])
    op.create_table(
        "incident_notes",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("incident_id", sa.Uuid, sa.ForeignKey("incidents.id", ondelete="CASCADE"), nullable=False),
        sa.Column("author_id", sa.Uuid),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("at", _WHEN, nullable=False),
    )
    op.create_index("ix_incident_notes_incident_id", "incident_notes", ["incident_id"])
    op.create_index("ix_incident_notes_author_id", "incident_notes", ["author_id"])


def _maintenances() -> None:
    op.create_table(
        "maintenances",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("public_title", sa.Text),
        sa.Column("description", sa.Text),
        sa.Column("zone", sa.Text, nullable=False),
        sa.Column("starts_at_local", sa.Text, nullable=False),
        sa.Column("duration_seconds", sa.BigInteger, nullable=False),
        sa.Column("rule", sa.Text),
        sa.Column("everything", sa.Boolean, nullable=False),
        sa.Column("window_from", _WHEN),
        sa.Column("window_until", _WHEN),
        sa.Column("cut_at", _WHEN),
        sa.Column("ended_at", _WHEN),
        sa.Column("external_ref", sa.Text),
        sa.Column("version", sa.BigInteger, nullable=False, server_default="1"),
        sa.Column("created_at", _WHEN, nullable=False),
        sa.Column("updated_at", _WHEN, nullable=False),
        sa.UniqueConstraint("external_ref"),
    )
    op.create_index(
        "ix_maintenances_window_from",
        "maintenances",
        ["window_from"],
        postgresql_where=sa.text("ended_at is null"),
    )
    for what, whose in (("monitor", "monitors"), ("group", "monitor_groups")):
        op.create_table(
            f"maintenance_{what}s",
            sa.Column(
                "maintenance_id",
                sa.Uuid,
                sa.ForeignKey("maintenances.id", ondelete="CASCADE"),
                primary_key=True,
            ),
            sa.Column(
                f"{what}_id", sa.Uuid, sa.ForeignKey(f"{whose}.id", ondelete="CASCADE"), primary_key=True
            ),
        )
