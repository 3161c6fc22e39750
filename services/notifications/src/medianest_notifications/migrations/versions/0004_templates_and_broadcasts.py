"""What entries say apart from its wording, wordings of administrators, and messages to everybody."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0004"
down_revision = "0003"

_WHEN = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column(
        "entries", sa.Column("values", JSONB, nullable=False, server_default=sa.text("'{}'::jsonb"))
    )
    op.create_index(
        "ix_entries_broadcast",
        "entries",
        ["dedupe_key", "user_id"],
        postgresql_where=sa.text("type = 'broadcast'"),
    )
    op.add_column("recipients", sa.Column("suspended", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("recipients", sa.Column("locale", sa.Text))
    op.add_column("recipients", sa.Column("zone", sa.Text))
    op.create_table(
        "template_overrides",
        sa.Column("type", sa.Text, primary_key=True),
        sa.Column("locale", sa.Text, primary_key=True),
        sa.Column("channel", sa.Text, primary_key=True),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("updated_at", _WHEN, nullable=False),
        sa.Column("updated_by", sa.Uuid),
        sa.Column("failed_at", _WHEN),
        sa.Column("failure", sa.Text),
    )
    op.create_table(
        "broadcasts",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("author_id", sa.Uuid),
        sa.Column("author_name", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("link", sa.Text),
        sa.Column("audience", sa.Text, nullable=False),
        sa.Column("role", sa.Text),
        sa.Column("user_ids", JSONB, nullable=False),
        sa.Column("urgency", sa.Text, nullable=False),
        sa.Column("pinned", sa.Boolean, nullable=False),
        sa.Column("fingerprint", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("reached", sa.BigInteger, nullable=False),
        sa.Column("reached_up_to", sa.Uuid),
        sa.Column("created_at", _WHEN, nullable=False),
        sa.Column("expires_at", _WHEN),
        sa.CheckConstraint("audience in ('everyone', 'role', 'people')", name="audience"),
        sa.CheckConstraint("(audience = 'role') = (role is not null)", name="role_named"),
        sa.CheckConstraint("urgency in ('low', 'normal', 'high')", name="urgency"),
        sa.CheckConstraint("state in ('sending', 'sent', 'ended')", name="state"),
    )
    op.create_index("ix_broadcasts_fingerprint", "broadcasts", ["fingerprint", "created_at"])
    op.create_index(
        "ix_broadcasts_expires_at",
        "broadcasts",
        ["expires_at"],
        postgresql_where=sa.text("state <> 'ended' and expires_at is not null"),
    )
