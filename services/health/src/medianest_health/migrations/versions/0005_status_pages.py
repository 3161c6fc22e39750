"""Pages for people without an account."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_WHEN = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "status_pages",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("slug", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("description", sa.Text),
        sa.Column("published", sa.Boolean, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("created_at", _WHEN, nullable=False),
        sa.Column("updated_at", _WHEN, nullable=False),
        sa.UniqueConstraint("slug"),
    )
    op.create_table(
        "status_page_monitors",
        sa.Column("page_id", sa.Uuid, sa.ForeignKey("status_pages.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("monitor_id", sa.Uuid, sa.ForeignKey("monitors.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("shown_as", sa.Text),
        sa.Column("heading", sa.Text),
    )
    op.create_index("ix_status_page_monitors_monitor_id", "status_page_monitors", ["monitor_id"])
