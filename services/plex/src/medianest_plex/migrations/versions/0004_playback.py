"""What is played, what was played, and its figures by day."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_WHEN = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("members", sa.Column("owns_server", sa.Boolean, nullable=False, server_default=sa.false()))
    op.alter_column("members", "owns_server", server_default=None)
    op.create_table(
        "readings",
        _server(primary_key=True),
        sa.Column("sessions_at", _WHEN),
        sa.Column("history_until", _WHEN),
        sa.Column("history_at", _WHEN),
    )
    op.create_table(
        "viewers",
        _server(primary_key=True),
        sa.Column("account_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("name", sa.Text, nullable=False),
    )
    op.create_table(
        "sessions",
        *_played(),
        sa.Column("session_key", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("seen_at", _WHEN, nullable=False),
        sa.Column("moved_at", _WHEN, nullable=False),
        sa.UniqueConstraint("server_id", "session_key"),
    )
    op.create_table(
        "plays",
        *_played(),
        sa.Column("stopped_at", _WHEN, nullable=False),
        sa.Column("played_seconds", sa.BigInteger, nullable=False),
        sa.Column("watched_percent", sa.BigInteger),
        sa.Column("history_key", sa.Text),
        sa.Column("settled", sa.Boolean, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("hour", sa.BigInteger, nullable=False),
        sa.UniqueConstraint("server_id", "history_key"),
    )
    op.create_index("ix_plays_started_at", "plays", ["server_id", "started_at", "id"])
    op.create_index("ix_plays_account_id", "plays", ["server_id", "account_id", "started_at", "id"])
    op.create_index("ix_plays_library_key", "plays", ["server_id", "library_key", "started_at", "id"])
    op.create_index(
        "ix_plays_account_library", "plays", ["server_id", "account_id", "library_key", "started_at", "id"]
    )
    op.create_index("ix_plays_rating_key", "plays", ["server_id", "account_id", "rating_key", "stopped_at"])
    op.create_index("ix_plays_unsettled", "plays", ["stopped_at"], postgresql_where=sa.text("not settled"))
    op.create_table(
        "play_days",
        _server(primary_key=True),
        sa.Column("scope", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("dimension", sa.Text, primary_key=True),
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("label", sa.Text),
        sa.Column("plays", sa.BigInteger, nullable=False),
        sa.Column("seconds", sa.BigInteger, nullable=False),
    )


def _server(*, primary_key: bool = False) -> sa.Column[int]:
    return sa.Column(
        "server_id",
        sa.BigInteger,
        sa.ForeignKey("servers.id", ondelete="CASCADE"),
        primary_key=primary_key,
        nullable=False,
    )


def _played() -> list[sa.Column[object]]:
    return [
        sa.Column("id", sa.Uuid, primary_key=True),
        _server(),
        sa.Column("account_id", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("rating_key", sa.BigInteger),
        sa.Column("library_key", sa.BigInteger),
        sa.Column("top_key", sa.BigInteger),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("parent_title", sa.Text),
        sa.Column("top_title", sa.Text),
        sa.Column("index", sa.BigInteger),
        sa.Column("parent_index", sa.BigInteger),
        sa.Column("year", sa.BigInteger),
        sa.Column("image", sa.Text),
        sa.Column("duration_ms", sa.BigInteger),
        sa.Column("position_ms", sa.BigInteger, nullable=False),
        sa.Column("player_id", sa.Text, nullable=False),
        sa.Column("player", sa.Text),
        sa.Column("platform", sa.Text),
        sa.Column("product", sa.Text),
        sa.Column("decision", sa.Text),
        sa.Column("quality", sa.Text),
        sa.Column("bandwidth_kbps", sa.BigInteger),
        sa.Column("local", sa.Boolean),
        sa.Column("relayed", sa.Boolean),
        sa.Column("started_at", _WHEN, nullable=False),
        sa.Column("paused_seconds", sa.Float, nullable=False),
    ]
