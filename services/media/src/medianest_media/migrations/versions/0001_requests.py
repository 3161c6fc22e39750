"""Requests, what they claim and what became of them; people and titles as far as requests need them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

from medianest_common.db import create_bus_tables

revision = "0001"
down_revision = None

_WHEN = sa.DateTime(timezone=True)


def _media_type() -> sa.CheckConstraint:
    return sa.CheckConstraint("media_type in ('movie', 'tv')", name="media_type")


_STATUSES = "'pending', 'approved', 'processing', 'partially_available', 'available', 'declined', 'failed', 'cancelled'"
_FILTERS = (
    (),
    ("media_type",),
    ("status",),
    ("status", "media_type"),
    ("user_id",),
    ("user_id", "media_type"),
    ("user_id", "status"),
    ("user_id", "status", "media_type"),
)


def upgrade() -> None:
    create_bus_tables(op)
    op.create_table(
        "people",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("email", sa.Text),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("plex_id", sa.BigInteger),
        sa.Column("backend_user_id", sa.BigInteger),
        sa.Column("version", sa.BigInteger, nullable=False),
    )
    _create_requests()
    op.create_table(
        "claims",
        sa.Column("tmdb_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("media_type", sa.Text, primary_key=True),
        sa.Column("is_4k", sa.Boolean, primary_key=True),
        sa.Column("season", sa.Integer, primary_key=True),
        sa.Column(
            "request_id",
            sa.Uuid,
            sa.ForeignKey("requests.id", ondelete="CASCADE", deferrable=True, initially="DEFERRED"),
            nullable=False,
        ),
        _media_type(),
    )
    op.create_index("ix_claims_request_id", "claims", ["request_id"])
    op.create_table(
        "request_history",
        sa.Column("request_id", sa.Uuid, sa.ForeignKey("requests.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("version", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("at", _WHEN, nullable=False),
        sa.Column("actor_id", sa.Uuid),
        sa.Column("actor_name", sa.Text),
        sa.Column("reason", sa.Text),
    )
    op.create_table(
        "titles",
        sa.Column("tmdb_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("media_type", sa.Text, primary_key=True),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("year", sa.BigInteger),
        sa.Column("poster_path", sa.Text),
        sa.Column("seasons", ARRAY(sa.Integer)),
        sa.Column("seen_at", _WHEN, nullable=False),
        _media_type(),
    )
    _keep_counts()


def _create_requests() -> None:
    op.create_table(
        "requests",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("user_id", sa.Uuid, sa.ForeignKey("people.id"), nullable=False),
        sa.Column("media_type", sa.Text, nullable=False),
        sa.Column("tmdb_id", sa.BigInteger, nullable=False),
        sa.Column("is_4k", sa.Boolean, nullable=False),
        sa.Column("seasons", ARRAY(sa.Integer), nullable=False),
        sa.Column("all_seasons", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("title_words", sa.Text, nullable=False),
        sa.Column("title_known", sa.Boolean, nullable=False),
        sa.Column("year", sa.BigInteger),
        sa.Column("poster_path", sa.Text),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("status_since", _WHEN, nullable=False),
        sa.Column("status_reason", sa.Text),
        sa.Column("note", sa.Text),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("in_line", sa.Boolean, nullable=False),
        sa.Column("backend_id", sa.BigInteger),
        sa.Column("adopted", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("waiting_reason", sa.Text),
        sa.Column("attempted_at", _WHEN, nullable=False),
        sa.Column("resumes", sa.BigInteger, nullable=False, server_default=sa.text("0")),
        sa.Column("watched", sa.Boolean, nullable=False, server_default=sa.true()),
        sa.Column("checked_at", _WHEN, nullable=False),
        sa.Column("missing_since", _WHEN),
        sa.Column("created_at", _WHEN, nullable=False),
        sa.Column("updated_at", _WHEN, nullable=False),
        _media_type(),
        sa.CheckConstraint(f"status in ({_STATUSES})", name="status"),
    )
    for names in _FILTERS:
        if names:
            op.create_index(f"ix_requests_{'_'.join(names)}_id", "requests", [*names, "id"])
        op.create_index(
            f"ix_requests_{'_'.join((*names, 'updated_at'))}", "requests", [*names, "updated_at", "id"]
        )
    words = sa.text("to_tsvector('simple', title_words)")
    op.create_index("ix_requests_words", "requests", [words], postgresql_using="gin")
    op.create_index("ix_requests_title", "requests", ["tmdb_id", "media_type"])
    for name, column, condition in (
        ("backend_id", "backend_id", "backend_id is not null"),
        ("owed", "attempted_at", "not in_line"),
        ("checked_at", "checked_at", "watched"),
    ):
        op.create_index(f"ix_requests_{name}", "requests", [column], postgresql_where=sa.text(condition))


def _keep_counts() -> None:
    """Rows are touched in one order, so that two transactions cannot wait for each other."""
    op.create_table(
        "request_counts",
        sa.Column("user_id", sa.Uuid, primary_key=True),
        sa.Column("media_type", sa.Text, primary_key=True),
        sa.Column("status", sa.Text, primary_key=True),
        sa.Column("n", sa.BigInteger, nullable=False),
    )
    op.execute(
        """
        create function count_request() returns trigger language plpgsql as $$
        begin
            insert into request_counts as c (user_id, media_type, status, n)
            select * from (
                select new.user_id, new.media_type, new.status, 1 where tg_op <> 'DELETE'
                union all
                select old.user_id, old.media_type, old.status, -1 where tg_op <> 'INSERT'
            ) as change (user_id, media_type, status, n)
            order by status
            on conflict (user_id, media_type, status) do update set n = c.n + excluded.n;
            return null;
        end
        $$
        """
    )
    op.execute(
        "create trigger count_request_made after insert or delete on requests"
        " for each row execute function count_request()"
    )
    op.execute(
        "create trigger count_request_moved after update of status on requests"
        " for each row when (old.status <> new.status) execute function count_request()"
    )
