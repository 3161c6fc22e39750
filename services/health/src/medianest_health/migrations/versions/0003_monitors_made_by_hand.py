"""Monitors that people make, when each is looked at next, and more about how each stands."""

from uuid import UUID

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0003"
down_revision = "0002"

_WHEN = sa.DateTime(timezone=True)
_A_DAY_AGO = "date_trunc('hour', now(), 'UTC') - interval '1 day'"
_STATES = "('up', 'degraded', 'down', 'auth', 'unknown', 'maintenance', 'pending', 'flapping')"


def _monitor(name: str = "monitor_id") -> sa.Column[UUID]:
    return sa.Column(name, sa.Uuid, sa.ForeignKey("monitors.id", ondelete="CASCADE"), primary_key=True)


def upgrade() -> None:
    op.create_table(
        "monitor_groups",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.UniqueConstraint("name"),
    )
    for column in (
        sa.Column("origin", sa.Text, nullable=False, server_default="automatic"),
        sa.Column("paused", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("group_id", sa.Uuid, sa.ForeignKey("monitor_groups.id", ondelete="SET NULL")),
        sa.Column("config", JSONB, nullable=False, server_default=sa.text("'{}'::jsonb")),
        sa.Column("secrets_sealed", sa.Text),
        sa.Column("push_token_hash", sa.Text),
        sa.Column("external_ref", sa.Text),
        sa.Column("interval_seconds", sa.BigInteger, nullable=False, server_default="20"),
        sa.Column("timeout_seconds", sa.Double, nullable=False, server_default="5"),
        sa.Column("failures", sa.BigInteger, nullable=False, server_default="2"),
        sa.Column("out_of", sa.BigInteger, nullable=False, server_default="3"),
        sa.Column("successes", sa.BigInteger, nullable=False, server_default="2"),
        sa.Column("slow_ms", sa.Double),
        sa.Column("inverted", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("reminder_seconds", sa.BigInteger),
        sa.Column("updated_at", _WHEN, nullable=False, server_default=sa.func.now()),
        sa.Column("renamed", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("version", sa.BigInteger, nullable=False, server_default="1"),
    ):
        op.add_column("monitors", column)
    # Until now nobody could choose; from now on everybody begins with seeing what a household knows by name.
    op.execute("update monitors set visibility = 'admins' where kind not in ('plex', 'overseerr')")
    for name in ("external_ref", "push_token_hash"):
        op.create_unique_constraint(f"uq_monitors_{name}", "monitors", [name])
    op.create_check_constraint("origin", "monitors", "origin in ('automatic', 'manual', 'imported')")
    op.create_table("dependencies", _monitor(), _monitor("depends_on"))
    op.create_table(
        "schedules",
        _monitor(),
        sa.Column("due_at", _WHEN, nullable=False),
        sa.Column("claimed_by", sa.Text),
        sa.Column("claimed_until", _WHEN),
        sa.Column("hung", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("heartbeat_at", _WHEN),
        sa.Column("excused_until", _WHEN),
        sa.Column("heartbeat_ok", sa.Boolean),
        sa.Column("heartbeat_message", sa.Text),
        sa.Column("heartbeat_ms", sa.Double),
        postgresql_with={"fillfactor": 70},
    )

    # The names that the convention made of those that the first migration gave.
    op.execute("alter table standings drop constraint ck_standings_ck_standings_state")
    op.create_check_constraint("state", "standings", f"state in {_STATES}")
    op.execute("alter table results drop constraint ck_results_ck_results_outcome")
    op.create_check_constraint("outcome", "results", f"outcome in {_STATES}")
    for column in (
        # Until it is stopped, a replica of the release before writes neither of these.
        sa.Column("verdict", sa.Text, nullable=False, server_default="pending"),
        sa.Column("verdict_since", _WHEN, nullable=False, server_default=sa.func.now()),
        sa.Column("turns", ARRAY(_WHEN), nullable=False, server_default="{}"),
        sa.Column("blocked_by", sa.Uuid),
        sa.Column("maintenance_until", _WHEN),
        sa.Column("certificate_expires_at", _WHEN),
        sa.Column("certificate_fingerprint", sa.Text),
        sa.Column("certificates_told", JSONB, nullable=False, server_default=sa.text("'[]'::jsonb")),
        sa.Column("holds_seconds", sa.Double, nullable=False, server_default="60"),
        sa.Column("rolled_until", _WHEN, nullable=False, server_default=sa.text(_A_DAY_AGO)),
    ):
        op.add_column("standings", column)
    op.execute("update standings set verdict = state, verdict_since = since")
    op.create_check_constraint("verdict", "standings", f"verdict in {_STATES}")
    op.add_column("rollups", sa.Column("maintenance_seconds", sa.Double, nullable=False, server_default="0"))
    op.add_column("rollups", sa.Column("latencies", ARRAY(sa.Integer)))

    op.add_column("results", sa.Column("counted", sa.Text))
    op.add_column("results", sa.Column("holds_seconds", sa.Double, nullable=False, server_default="60"))
    op.create_check_constraint("counted", "results", "counted in ('up', 'down', 'maintenance')")
    # Only the last day is added up anew from its results; what is older stays as it was added up.
    op.execute(
        "update results set counted = case when outcome = 'down' then 'down' when outcome <> 'unknown' then 'up' end"  # noqa: S608
        f" where at >= {_A_DAY_AGO} - interval '1 hour'"
    )
    op.execute("alter table standings set (fillfactor = 60)")
    op.execute("alter table rollups set (fillfactor = 90)")
