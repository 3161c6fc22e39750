"""Issues: what is wrong with something in the library, and what is said about it."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_WHEN = sa.DateTime(timezone=True)
_FILTERS = (
    (),
    ("status",),
    ("kind",),
    ("status", "kind"),
    ("user_id",),
    ("user_id", "status"),
    ("tmdb_id", "media_type"),
)


def upgrade() -> None:
    op.create_table(
        "issues",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("user_id", sa.Uuid, sa.ForeignKey("people.id")),
        sa.Column("foreign_name", sa.Text),
        sa.Column("media_type", sa.Text, nullable=False),
        sa.Column("tmdb_id", sa.BigInteger, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("year", sa.BigInteger),
        sa.Column("poster_path", sa.Text),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("season", sa.Integer),
        sa.Column("episode", sa.Integer),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("status_since", _WHEN, nullable=False),
        sa.Column("comment_count", sa.BigInteger, nullable=False, server_default=sa.text("0")),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("removed", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("in_line", sa.Boolean, nullable=False),
        sa.Column("status_owed", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("backend_id", sa.BigInteger),
        sa.Column("waiting_reason", sa.Text),
        sa.Column("attempted_at", _WHEN, nullable=False),
        sa.Column("resumes", sa.BigInteger, nullable=False, server_default=sa.text("0")),
        sa.Column("checked_at", _WHEN, nullable=False),
        sa.Column("created_at", _WHEN, nullable=False),
        sa.Column("updated_at", _WHEN, nullable=False),
        sa.CheckConstraint("media_type in ('movie', 'tv')", name="media_type"),
        sa.CheckConstraint("kind in ('video', 'audio', 'subtitle', 'other')", name="kind"),
        sa.CheckConstraint("status in ('open', 'resolved')", name="status"),
    )
    there = sa.text("not removed")
    for names in _FILTERS:
        if names:
            op.create_index(
                f"ix_issues_{'_'.join(names)}_id", "issues", [*names, "id"], postgresql_where=there
            )
        op.create_index(
            f"ix_issues_{'_'.join((*names, 'updated_at'))}",
            "issues",
            [*names, "updated_at", "id"],
            postgresql_where=there,
        )
    op.create_index(
        "uq_issues_backend_id",
        "issues",
        ["backend_id"],
        unique=True,
        postgresql_where=sa.text("backend_id is not null"),
    )
    op.create_index("ix_issues_owed", "issues", ["attempted_at"], postgresql_where=sa.text("not in_line"))
    op.create_index(
        "ix_issues_checked_at", "issues", ["checked_at"], postgresql_where=sa.text("status = 'open'")
    )
    op.create_table(
        "issue_comments",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("issue_id", sa.Uuid, sa.ForeignKey("issues.id", ondelete="CASCADE"), nullable=False),
        sa.Column("user_id", sa.Uuid, sa.ForeignKey("people.id")),
        sa.Column("foreign_name", sa.Text),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("backend_id", sa.BigInteger),
        sa.Column("created_at", _WHEN, nullable=False),
    )
    op.create_index("ix_issue_comments_issue_id_id", "issue_comments", ["issue_id", "id"])
    op.create_index("ix_issue_comments_user_id_id", "issue_comments", ["user_id", "id"])
    op.create_index(
        "uq_issue_comments_backend_id",
        "issue_comments",
        ["issue_id", "backend_id"],
        unique=True,
        postgresql_where=sa.text("backend_id is not null"),
    )
