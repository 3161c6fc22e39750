"""The server, who may see what of it, and the last good copies of its answers."""

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
        "servers",
        sa.Column("machine_identifier", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("version", sa.Text),
        sa.Column("platform", sa.Text),
        sa.Column("first_seen_at", _WHEN, nullable=False),
        sa.Column("last_seen_at", _WHEN, nullable=False),
        sa.PrimaryKeyConstraint("machine_identifier", name="pk_servers"),
    )
    op.create_table(
        "members",
        sa.Column("user_id", sa.Uuid, nullable=False),
        sa.Column("plex_id", sa.BigInteger, nullable=False),
        sa.Column("server_token", sa.Text),
        sa.Column("restricted", sa.Boolean, nullable=False),
        sa.Column("sections", JSONB),
        sa.Column("sections_checked_at", _WHEN),
        sa.Column("remembered_at", _WHEN, nullable=False),
        sa.PrimaryKeyConstraint("user_id", name="pk_members"),
    )
    op.create_index("ix_members_plex_id", "members", ["plex_id"])
    op.create_table(
        "copies",
        sa.Column("machine_identifier", sa.Text, nullable=False),
        sa.Column("audience", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("taken_at", _WHEN, nullable=False),
        sa.PrimaryKeyConstraint("machine_identifier", "audience", "name", name="pk_copies"),
        sa.ForeignKeyConstraint(
            ["machine_identifier"],
            ["servers.machine_identifier"],
            name="fk_copies_machine_identifier_servers",
            ondelete="CASCADE",
        ),
    )
