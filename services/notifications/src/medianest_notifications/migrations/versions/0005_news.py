"""What is new in the library, who may see which library, how services have been, and what waits to be told to many."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0005"
down_revision = "0004"

_WHEN = sa.DateTime(timezone=True)
_EMPTY_LIST = sa.text("'[]'::jsonb")


def upgrade() -> None:
    op.add_column("entries", sa.Column("collapse_key", sa.Text))
    op.create_index(
        "ix_entries_collapse_key",
        "entries",
        ["user_id", "collapse_key"],
        postgresql_where=sa.text("collapse_key is not null and read_at is null and dismissed_at is null"),
    )
    for name, kind in (("media_type", sa.Text), ("tmdb_id", sa.BigInteger), ("title", sa.Text)):
        op.add_column("followed_requests", sa.Column(name, kind))
    op.add_column("followed_requests", sa.Column("status", sa.Text))
    op.add_column("followed_requests", sa.Column("moved_at", _WHEN))
    for name in ("seasons", "people"):
        op.add_column("followed_requests", sa.Column(name, JSONB, nullable=False, server_default=_EMPTY_LIST))
    op.create_index("ix_followed_requests_tmdb_id", "followed_requests", ["tmdb_id"])
    op.create_table(
        "library_access",
        sa.Column("user_id", sa.Uuid, primary_key=True),
        sa.Column("machine_identifier", sa.Text),
        sa.Column("library_keys", JSONB),
        sa.Column("known_at", _WHEN, nullable=False),
    )
    _create_arrivals()
    op.create_table(
        "outages",
        sa.Column("monitor_id", sa.Uuid, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("visibility", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("since", _WHEN, nullable=False),
        sa.Column("incident_id", sa.Uuid, nullable=False),
        sa.Column("trouble", sa.Text, nullable=False),
        sa.Column("trouble_since", _WHEN, nullable=False),
        sa.Column("times", sa.BigInteger, nullable=False),
        sa.Column("told_state", sa.Text, nullable=False),
        sa.Column("told_at", JSONB, nullable=False),
        sa.Column("due_at", _WHEN),
        sa.CheckConstraint("visibility in ('everyone', 'admins')", name="visibility"),
    )
    op.create_index(
        "ix_outages_due_at", "outages", ["due_at"], postgresql_where=sa.text("due_at is not null")
    )
    op.create_table(
        "tellings",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("values", JSONB, nullable=False),
        sa.Column("audience", JSONB, nullable=False),
        sa.Column("told_up_to", sa.Uuid),
        sa.Column("tries", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("created_at", _WHEN, nullable=False),
    )


def _create_arrivals() -> None:
    op.create_table(
        "arrivals",
        sa.Column("machine_identifier", sa.Text, primary_key=True),
        sa.Column("library_key", sa.Text, primary_key=True),
        sa.Column("subject", sa.Text, primary_key=True),
        sa.Column("item_type", sa.Text, nullable=False),
        sa.Column("library_title", sa.Text),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("by", sa.Text),
        sa.Column("year", sa.BigInteger),
        sa.Column("season", sa.BigInteger),
        sa.Column("tmdb_id", sa.BigInteger),
        sa.Column("known", sa.BigInteger, nullable=False),
        sa.Column("coming", sa.BigInteger),
        sa.Column("assumed", sa.BigInteger),
        sa.Column("first_at", _WHEN),
        sa.Column("last_at", _WHEN),
        sa.Column("updated_at", _WHEN, nullable=False),
    )
    op.create_index(
        "ix_arrivals_coming",
        "arrivals",
        ["machine_identifier", "library_key"],
        postgresql_where=sa.text("coming is not null"),
    )
    op.create_index("ix_arrivals_subject", "arrivals", ["subject"])
    op.create_index("ix_arrivals_updated_at", "arrivals", ["updated_at"])
