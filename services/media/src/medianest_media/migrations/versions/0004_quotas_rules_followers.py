"""Quotas of one's own, approval rules, followers; what is stuck, and what may have left the library."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0004"
down_revision = "0003"

_WHEN = sa.DateTime(timezone=True)


def upgrade() -> None:
    for column in (
        sa.Column("uses_quota", sa.Boolean, nullable=False, server_default=sa.true()),
        sa.Column("counted_at", _WHEN),
        sa.Column("unjudged", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("stuck_since", _WHEN),
    ):
        op.add_column("requests", column)
    stuck = sa.text("stuck_since is not null")
    op.create_index("ix_requests_stuck", "requests", ["id"], postgresql_where=stuck)
    op.create_index("ix_requests_stuck_updated_at", "requests", ["updated_at", "id"], postgresql_where=stuck)
    op.create_index(
        "ix_requests_not_passed_on",
        "requests",
        ["status_since"],
        postgresql_where=sa.text("status = 'approved' and stuck_since is null"),
    )
    op.create_table(
        "followers",
        sa.Column("request_id", sa.Uuid, sa.ForeignKey("requests.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("user_id", sa.Uuid, sa.ForeignKey("people.id"), primary_key=True),
        sa.Column("followed_at", _WHEN, nullable=False),
    )
    op.create_index("ix_followers_user_id", "followers", ["user_id", "request_id"])
    op.create_table(
        "own_quotas",
        sa.Column("user_id", sa.Uuid, sa.ForeignKey("people.id"), primary_key=True),
        sa.Column("movie_limit", sa.BigInteger),
        sa.Column("movie_days", sa.BigInteger),
        sa.Column("tv_limit", sa.BigInteger),
        sa.Column("tv_days", sa.BigInteger),
        sa.Column("may_ask_4k", sa.Boolean),
        sa.Column("set_at", _WHEN, nullable=False),
        sa.CheckConstraint("movie_limit >= 0 and tv_limit >= 0", name="limits"),
        sa.CheckConstraint("movie_days > 0 and tv_days > 0", name="days"),
    )
    _create_rules()
    op.create_table(
        "absences",
        sa.Column("tmdb_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("media_type", sa.Text, primary_key=True),
        sa.Column("is_4k", sa.Boolean, primary_key=True),
        sa.Column("season", sa.Integer, primary_key=True),
        sa.Column("looks", sa.BigInteger, nullable=False),
        sa.Column("since", _WHEN, nullable=False),
        sa.Column("looked_at", _WHEN, nullable=False),
        _media_type(),
    )


def _create_rules() -> None:
    op.create_table(
        "approval_rules",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("enabled", sa.Boolean, nullable=False),
        sa.Column("role", sa.Text),
        sa.Column("user_id", sa.Uuid, sa.ForeignKey("people.id")),
        sa.Column("media_type", sa.Text),
        sa.Column("is_4k", sa.Boolean),
        sa.Column("genres", ARRAY(sa.Text), nullable=False),
        sa.Column("year_from", sa.BigInteger),
        sa.Column("year_to", sa.BigInteger),
        sa.Column("min_seasons", sa.BigInteger),
        sa.Column("max_seasons", sa.BigInteger),
        sa.Column("created_at", _WHEN, nullable=False),
        sa.Column("updated_at", _WHEN, nullable=False),
        _media_type(),
        sa.CheckConstraint("action in ('approve', 'ask')", name="action"),
    )
    op.create_index(
        "ix_approval_rules_user_id",
        "approval_rules",
        ["user_id"],
        postgresql_where=sa.text("user_id is not null"),
    )


def _media_type() -> sa.CheckConstraint:
    return sa.CheckConstraint("media_type in ('movie', 'tv')", name="media_type")
