"""Channels, what people want to be told there, and what became of it."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_WHEN = sa.DateTime(timezone=True)
_KINDS = "'email', 'web_push', 'discord', 'telegram', 'ntfy', 'gotify', 'apprise'"
_LEADS = "(batch_id is null or batch_id = id)"


def upgrade() -> None:
    op.create_table(
        "channels",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("user_id", sa.Uuid, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("config_sealed", sa.Text, nullable=False),
        sa.Column("shown", sa.Text, nullable=False),
        sa.Column("fingerprint", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("state_reason", sa.Text),
        sa.Column("code_hash", sa.Text),
        sa.Column("code_expires_at", _WHEN),
        sa.Column("code_attempts", sa.BigInteger, nullable=False),
        sa.Column("code_sent", sa.BigInteger, nullable=False),
        sa.Column("code_since", _WHEN),
        sa.Column("held_until", _WHEN),
        sa.Column("created_at", _WHEN, nullable=False),
        sa.Column("updated_at", _WHEN, nullable=False),
        sa.Column("last_sent_at", _WHEN),
        sa.UniqueConstraint("user_id", "kind", "fingerprint"),
        sa.CheckConstraint(f"kind in ({_KINDS})", name="kind"),
        sa.CheckConstraint("state in ('unverified', 'active', 'disabled')", name="state"),
    )
    _create_preferences()
    op.create_table(
        "deliveries",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("user_id", sa.Uuid, nullable=False),
        sa.Column("channel_id", sa.Uuid, sa.ForeignKey("channels.id", ondelete="cascade"), nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("entry_id", sa.Uuid, sa.ForeignKey("entries.id", ondelete="cascade"), nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("urgency", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("held_for", sa.Text),
        sa.Column("due_at", _WHEN, nullable=False),
        sa.Column("expires_at", _WHEN, nullable=False),
        sa.Column("attempts", sa.BigInteger, nullable=False),
        sa.Column("lease_until", _WHEN),
        sa.Column("in_doubt", sa.Boolean, nullable=False),
        sa.Column("doubts", sa.BigInteger, server_default="0", nullable=False),
        sa.Column("repeated", sa.Boolean, nullable=False),
        sa.Column("collapse_key", sa.Text),
        sa.Column("batch_id", sa.Uuid),
        sa.Column("provider_id", sa.Text),
        sa.Column("error", sa.Text),
        sa.Column("created_at", _WHEN, nullable=False),
        sa.Column("updated_at", _WHEN, nullable=False),
        sa.Column("sent_at", _WHEN),
        sa.UniqueConstraint("channel_id", "entry_id"),
        sa.CheckConstraint(f"kind in ({_KINDS})", name="kind"),
        sa.CheckConstraint("state in ('queued', 'sending', 'sent', 'failed', 'suppressed')", name="state"),
        sa.CheckConstraint("urgency in ('low', 'normal', 'high')", name="urgency"),
        sa.CheckConstraint(
            "reason in ('off', 'muted', 'duplicate', 'collapsed', 'channel_disabled', 'expired', 'suspended')",
            name="reason",
        ),
        sa.CheckConstraint("held_for in ('quiet_hours', 'digest', 'collapse')", name="held_for"),
        sa.CheckConstraint("(state = 'suppressed') = (reason is not null)", name="reason_given"),
        sa.CheckConstraint("held_for is null or state in ('queued', 'suppressed')", name="held_queued"),
        sa.CheckConstraint("(state = 'sending') = (lease_until is not null)", name="leased"),
    )
    _index_deliveries()


def _create_preferences() -> None:
    op.create_table(
        "preferences",
        sa.Column("user_id", sa.Uuid, primary_key=True),
        sa.Column("locale", sa.Text, nullable=False),
        sa.Column("zone", sa.Text, nullable=False),
        sa.Column("quiet_from", sa.Time),
        sa.Column("quiet_to", sa.Time),
        sa.Column("daily_at", sa.Time, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("updated_at", _WHEN, nullable=False),
        sa.CheckConstraint("(quiet_from is null) = (quiet_to is null)", name="quiet_hours"),
    )
    op.create_table(
        "choices",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("user_id", sa.Uuid, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("channel_id", sa.Uuid, sa.ForeignKey("channels.id", ondelete="cascade")),
        sa.Column("mode", sa.Text, nullable=False),
        sa.UniqueConstraint("user_id", "type", "channel_id", postgresql_nulls_not_distinct=True),
        sa.CheckConstraint("mode in ('off', 'now', 'digest', 'daily')", name="mode"),
        sa.CheckConstraint("channel_id is not null or mode in ('off', 'now')", name="inbox"),
    )
    op.create_index("ix_choices_channel_id", "choices", ["channel_id"])
    op.create_table(
        "mutes",
        sa.Column("user_id", sa.Uuid, primary_key=True),
        sa.Column("media_type", sa.Text, primary_key=True),
        sa.Column("tmdb_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("until", _WHEN),
        sa.Column("created_at", _WHEN, nullable=False),
        sa.CheckConstraint("media_type in ('movie', 'tv')", name="media_type"),
    )


def _index_deliveries() -> None:
    op.create_index(
        "uq_deliveries_sending",
        "deliveries",
        ["channel_id"],
        unique=True,
        postgresql_where=sa.text(f"state = 'sending' and {_LEADS}"),
    )
    partial = {
        "ix_deliveries_open": (["channel_id", "seq"], "state in ('queued', 'sending')"),
        "ix_deliveries_due_at": (["due_at"], "state = 'queued'"),
        "ix_deliveries_lease_until": (["lease_until"], "state = 'sending'"),
        "ix_deliveries_batch_id": (["batch_id"], "batch_id is not null"),
    }
    for name, (columns, where) in partial.items():
        op.create_index(name, "deliveries", columns, postgresql_where=sa.text(where))
    op.create_index("ix_deliveries_entry_id", "deliveries", ["entry_id"])
    op.create_index("ix_deliveries_state_id", "deliveries", ["state", "id"])
    op.create_index("ix_deliveries_state_kind_id", "deliveries", ["state", "kind", "id"])
    op.create_index("ix_deliveries_user_id_id", "deliveries", ["user_id", "id"])
