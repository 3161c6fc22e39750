"""Where a request came from; what is taken over from an Overseerr that was there before; watchlists of Plex."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0007"
down_revision = "0006"

_WHEN = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("requests", sa.Column("source", sa.Text, nullable=False, server_default="portal"))
    op.create_check_constraint(
        "source", "requests", "source in ('portal', 'watchlist', 'import', 'on_behalf')"
    )
    op.create_index(
        "ix_requests_untitled",
        "requests",
        ["attempted_at"],
        postgresql_where=sa.text("source = 'import' and not title_known"),
    )
    op.add_column("people", sa.Column("imported", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("people", sa.Column("left_as", sa.Text))
    op.create_index(
        "ix_people_plex_id", "people", ["plex_id"], postgresql_where=sa.text("plex_id is not null")
    )
    op.create_index(
        "ix_people_left_as", "people", ["left_as"], postgresql_where=sa.text("left_as is not null")
    )
    _create_imports()
    _create_watchlists()


def _create_imports() -> None:
    op.create_table(
        "imports",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("dry_run", sa.Boolean, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("step", sa.Text, nullable=False),
        sa.Column("turn", sa.BigInteger, nullable=False),
        sa.Column("skip", sa.BigInteger, nullable=False),
        sa.Column("passes", sa.BigInteger, nullable=False),
        sa.Column("failures", sa.BigInteger, nullable=False),
        sa.Column("total", sa.BigInteger),
        sa.Column("unreadable", sa.BigInteger, nullable=False),
        sa.Column("problem", sa.Text),
        sa.Column("started_by", sa.Uuid),
        sa.Column("started_at", _WHEN, nullable=False),
        sa.Column("updated_at", _WHEN, nullable=False),
        sa.Column("finished_at", _WHEN),
        sa.CheckConstraint("state in ('running', 'done', 'failed')", name="state"),
        sa.CheckConstraint("step in ('people', 'requests', 'judging', 'done')", name="step"),
    )
    op.create_index(
        "uq_imports_running", "imports", ["state"], unique=True, postgresql_where=sa.text("state = 'running'")
    )
    op.create_table(
        "import_findings",
        sa.Column("import_id", sa.Uuid, sa.ForeignKey("imports.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("their_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("rank", sa.BigInteger, nullable=False),
        sa.Column("outcome", sa.Text),
        sa.Column("reason", sa.Text),
        sa.Column("odd", sa.Text),
        sa.Column("plex_id", sa.BigInteger),
        sa.Column("said", JSONB, nullable=False),
        sa.CheckConstraint("kind in ('person', 'request')", name="kind"),
    )
    op.create_index(
        "ix_import_findings_unjudged",
        "import_findings",
        ["import_id", "rank", "their_id"],
        postgresql_where=sa.text("outcome is null"),
    )
    op.create_index(
        "ix_import_findings_outcome", "import_findings", ["import_id", "kind", "outcome", "their_id"]
    )
    op.create_index(
        "ix_import_findings_plex_id",
        "import_findings",
        ["plex_id"],
        postgresql_where=sa.text("plex_id is not null"),
    )


def _create_watchlists() -> None:
    op.create_table(
        "watchlists",
        sa.Column("user_id", sa.Uuid, sa.ForeignKey("people.id"), primary_key=True),
        sa.Column("enabled", sa.Boolean, nullable=False),
        sa.Column("shows", sa.Text, nullable=False),
        sa.Column("changed_at", _WHEN, nullable=False),
        sa.Column("read_at", _WHEN),
        sa.Column("problem", sa.Text),
        sa.CheckConstraint("shows in ('all', 'first')", name="shows"),
    )
    op.create_table(
        "watchlist_items",
        sa.Column(
            "user_id", sa.Uuid, sa.ForeignKey("watchlists.user_id", ondelete="CASCADE"), primary_key=True
        ),
        sa.Column("rating_key", sa.Text, primary_key=True),
        sa.Column("media_type", sa.Text, nullable=False),
        sa.Column("tmdb_id", sa.BigInteger),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("year", sa.BigInteger),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("request_id", sa.Uuid, sa.ForeignKey("requests.id", ondelete="SET NULL")),
        sa.Column("first_seen_at", _WHEN, nullable=False),
        sa.Column("left_at", _WHEN),
        sa.Column("returned_at", _WHEN),
        sa.Column("due_at", _WHEN),
        sa.CheckConstraint("media_type in ('movie', 'tv')", name="media_type"),
        sa.CheckConstraint("state in ('waiting', 'held', 'requested', 'skipped', 'dismissed')", name="state"),
    )
    op.create_index(
        "ix_watchlist_items_due_at",
        "watchlist_items",
        ["due_at"],
        postgresql_where=sa.text("due_at is not null"),
    )
    op.create_index(
        "ix_watchlist_items_request_id",
        "watchlist_items",
        ["request_id"],
        postgresql_where=sa.text("request_id is not null"),
    )
