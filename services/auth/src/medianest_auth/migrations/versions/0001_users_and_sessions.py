"""Users, sessions, and the ways in by password and by Plex."""

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
        "users",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("email", sa.Text),
        sa.Column("email_key", sa.Text, unique=True),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("avatar_url", sa.Text),
        sa.Column("permissions_version", sa.BigInteger, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("created_at", _WHEN, nullable=False),
        sa.CheckConstraint("role in ('owner', 'admin', 'user')", name="role"),
        sa.CheckConstraint("status in ('active', 'suspended')", name="status"),
    )
    op.create_index("uq_users_one_owner", "users", ["role"], unique=True, postgresql_where="role = 'owner'")
    op.create_table(
        "passwords",
        sa.Column("user_id", sa.Uuid, sa.ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("hash", sa.Text, nullable=False),
        sa.Column("changed_at", _WHEN, nullable=False),
    )
    op.create_table(
        "identities",
        sa.Column("provider", sa.Text, primary_key=True),
        sa.Column("subject", sa.Text, primary_key=True),
        sa.Column("user_id", sa.Uuid, sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
        sa.Column("linked_at", _WHEN, nullable=False),
        sa.UniqueConstraint("user_id", "provider"),
    )
    op.create_table(
        "devices",
        sa.Column("user_id", sa.Uuid, sa.ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("token_hash", sa.LargeBinary, primary_key=True),
        sa.Column("last_seen_at", _WHEN, nullable=False),
    )
    op.create_index("ix_devices_token_hash", "devices", ["token_hash"])
    _create_sessions()
    op.create_table(
        "signing_keys",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("key_id", sa.Text, nullable=False, unique=True),
        sa.Column("public", JSONB, nullable=False),
        sa.Column("private_sealed", sa.Text, nullable=False),
        sa.Column("created_at", _WHEN, nullable=False),
        sa.Column("active_since", _WHEN),
        sa.Column("retired_at", _WHEN),
    )
    for name, state in (("current", "active_since is not null"), ("next", "active_since is null")):
        op.create_index(
            f"uq_signing_keys_one_{name}",
            "signing_keys",
            [sa.text("(true)")],
            unique=True,
            postgresql_where=f"{state} and retired_at is null",
        )
    op.create_table(
        "installation",
        sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("plex_client_identifier", sa.Uuid, nullable=False),
        sa.CheckConstraint("id = 1", name="one_row"),
    )
    op.create_table(
        "audit",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("at", _WHEN, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("result", sa.Text, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("method", sa.Text),
        sa.Column("user_id", sa.Uuid),
        sa.Column("session_id", sa.Uuid),
        sa.Column("ip", sa.Text, nullable=False),
        sa.Column("browser", sa.Text, nullable=False),
    )
    op.create_index("ix_audit_user_id_at", "audit", ["user_id", "at"])
    op.create_index("ix_audit_at", "audit", ["at"])


def _create_sessions() -> None:
    op.create_table(
        "sessions",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("user_id", sa.Uuid, sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
        sa.Column("method", sa.Text, nullable=False),
        sa.Column("device_hash", sa.LargeBinary, nullable=False),
        sa.Column("browser", sa.Text, nullable=False),
        sa.Column("platform", sa.Text, nullable=False),
        sa.Column("place", sa.Text, nullable=False),
        sa.Column("idle_seconds", sa.BigInteger, nullable=False),
        sa.Column("auth_time", _WHEN, nullable=False),
        sa.Column("created_at", _WHEN, nullable=False),
        sa.Column("last_seen_at", _WHEN, nullable=False),
        sa.Column("idle_expires_at", _WHEN, nullable=False),
        sa.Column("expires_at", _WHEN, nullable=False),
        sa.Column("revoked_at", _WHEN),
        sa.Column("revoked_reason", sa.Text),
    )
    op.create_index(
        "ix_sessions_user_id_live", "sessions", ["user_id"], postgresql_where="revoked_at is null"
    )
    op.create_index(
        "ix_sessions_revoked_at", "sessions", ["revoked_at"], postgresql_where="revoked_at is not null"
    )
    op.create_index("ix_sessions_expires_at", "sessions", ["expires_at"])
    op.create_table(
        "refresh_tokens",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("session_id", sa.Uuid, sa.ForeignKey("sessions.id", ondelete="CASCADE"), nullable=False),
        sa.Column("parent_id", sa.Uuid, unique=True),
        sa.Column("token_hash", sa.LargeBinary, nullable=False, unique=True),
        sa.Column("created_at", _WHEN, nullable=False),
        sa.Column("used_at", _WHEN),
        sa.Column("successor_sealed", sa.Text),
    )
    op.create_index(
        "uq_refresh_tokens_one_live",
        "refresh_tokens",
        ["session_id"],
        unique=True,
        postgresql_where="used_at is null",
    )
    op.create_index("ix_refresh_tokens_session_id", "refresh_tokens", ["session_id"])
    op.create_index(
        "ix_refresh_tokens_sealed",
        "refresh_tokens",
        ["used_at"],
        postgresql_where="successor_sealed is not null",
    )
    op.create_table(
        "plex_sign_ins",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("login_hash", sa.LargeBinary, nullable=False, unique=True),
        sa.Column("binding_hash", sa.LargeBinary, nullable=False),
        sa.Column("pin_id", sa.BigInteger, nullable=False),
        sa.Column("created_at", _WHEN, nullable=False),
        sa.Column("expires_at", _WHEN, nullable=False),
        sa.Column("polled_at", _WHEN),
        sa.Column("session_id", sa.Uuid, sa.ForeignKey("sessions.id", ondelete="CASCADE")),
        sa.Column("finished_at", _WHEN),
        sa.Column("result_sealed", sa.Text),
    )
    op.create_index("ix_plex_sign_ins_expires_at", "plex_sign_ins", ["expires_at"])
