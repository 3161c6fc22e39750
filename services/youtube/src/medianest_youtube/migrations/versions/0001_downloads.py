"""Assets, who wants them, lists, who follows them, profiles and the pauses of the queue."""

from uuid import UUID

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from medianest_common.db import create_bus_tables

revision = "0001"
down_revision = None

_WHEN = sa.DateTime(timezone=True)
_PROFILES: tuple[tuple[str, str, bool, dict[str, str]], ...] = (
    ("01930000-0000-7000-8000-000000000001", "Standard", True, {}),
    (
        "01930000-0000-7000-8000-000000000002",
        "Best quality",
        False,
        {"quality": "best", "codec": "any", "format": "mkv"},
    ),
    ("01930000-0000-7000-8000-000000000003", "Sound only", False, {"format": "m4a", "layout": "video"}),
)


def upgrade() -> None:
    create_bus_tables(op)
    _create_tables()
    profiles = sa.table(
        "profiles",
        sa.column("id", sa.Uuid),
        sa.column("name", sa.Text),
        sa.column("choices", JSONB),
        sa.column("is_default", sa.Boolean),
        sa.column("updated_at", _WHEN),
    )
    rows = [
        {
            "id": UUID(key),
            "name": name,
            "choices": choices,
            "is_default": default,
            "updated_at": sa.func.now(),
        }
        for key, name, default, choices in _PROFILES
    ]
    op.execute(profiles.insert().values(rows))


def _create_tables() -> None:
    op.create_table(
        "account_cookies",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("file_sealed", sa.Text, nullable=False),
        sa.Column("set_at", _WHEN, nullable=False),
    )
    op.create_index("uq_account_cookies_only", "account_cookies", [sa.text("(true)")], unique=True)
    op.create_table(
        "episodes",
        sa.Column("show_id", sa.Text, primary_key=True),
        sa.Column("video_id", sa.Text, primary_key=True),
        sa.Column("season", sa.Integer, nullable=False),
        sa.Column("episode", sa.Integer, nullable=False),
        sa.UniqueConstraint("show_id", "season", "episode"),
    )
    op.create_table(
        "lists",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("title", sa.Text),
        sa.Column("channel_id", sa.Text),
        sa.Column("channel", sa.Text),
        sa.Column("thumbnail_url", sa.Text),
        sa.Column("next_ordinal", sa.Integer, nullable=False, server_default=sa.text("1")),
        sa.Column("read_at", _WHEN),
        sa.CheckConstraint("kind in ('video', 'playlist', 'channel')", name="kind"),
    )
    op.create_table(
        "people",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("limit_per_hour", sa.BigInteger),
        sa.Column("limit_bytes", sa.BigInteger),
        sa.Column("erased_at", _WHEN),
    )
    op.create_table(
        "profiles",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("name", sa.Text),
        sa.Column("digest", sa.Text),
        sa.Column("choices", JSONB, nullable=False),
        sa.Column("is_default", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("deleted_at", _WHEN),
        sa.Column("updated_at", _WHEN, nullable=False),
    )
    op.create_index(
        "uq_profiles_default", "profiles", ["is_default"], unique=True, postgresql_where=sa.text("is_default")
    )
    op.create_index(
        "uq_profiles_digest", "profiles", ["digest"], unique=True, postgresql_where=sa.text("name is null")
    )
    op.create_index(
        "uq_profiles_name",
        "profiles",
        [sa.text("lower(name)")],
        unique=True,
        postgresql_where=sa.text("name is not null and deleted_at is null"),
    )
    op.create_table(
        "queue_pauses",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("code", sa.Text),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("since", _WHEN, nullable=False),
        sa.Column("until", _WHEN),
        sa.Column("ended_at", _WHEN),
        sa.Column("strikes", sa.BigInteger, nullable=False),
    )
    op.create_index(
        "uq_queue_pauses_now",
        "queue_pauses",
        [sa.text("(true)")],
        unique=True,
        postgresql_where=sa.text("ended_at is null"),
    )
    op.create_table(
        "tombstones",
        sa.Column("video_id", sa.Text, primary_key=True),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("user_id", sa.Uuid),
        sa.Column("at", _WHEN, nullable=False),
    )
    op.create_table(
        "assets",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("video_id", sa.Text, nullable=False),
        sa.Column("profile_id", sa.Uuid, sa.ForeignKey("profiles.id"), nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("channel_id", sa.Text),
        sa.Column("channel", sa.Text),
        sa.Column("description", sa.Text),
        sa.Column("duration_seconds", sa.Integer),
        sa.Column("published_on", sa.Date),
        sa.Column("thumbnail_url", sa.Text),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("status_since", _WHEN, nullable=False),
        sa.Column("status_reason", sa.Text),
        sa.Column("failure", sa.Text),
        sa.Column("failure_text", sa.Text),
        sa.Column("attempts", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("failures", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("priority", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("queued_at", _WHEN, nullable=False),
        sa.Column("not_before", _WHEN),
        sa.Column("epoch", sa.BigInteger, nullable=False, server_default=sa.text("0")),
        sa.Column("worker", sa.Text),
        sa.Column("lease_until", _WHEN),
        sa.Column("list_id", sa.Text, sa.ForeignKey("lists.id")),
        sa.Column("season", sa.Integer),
        sa.Column("episode", sa.Integer),
        sa.Column("path", sa.Text),
        sa.Column("files", ARRAY(sa.Text), nullable=False, server_default=sa.text("'{}'")),
        sa.Column("size", sa.BigInteger),
        sa.Column("media", JSONB),
        sa.Column("stored_at", _WHEN),
        sa.Column("plex_library_key", sa.Text),
        sa.Column("plex_rating_key", sa.Text),
        sa.Column("plex_url", sa.Text),
        sa.Column("pinned", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("created_at", _WHEN, nullable=False),
        sa.Column("updated_at", _WHEN, nullable=False),
        sa.CheckConstraint(
            "status in ('queued', 'waiting', 'downloading', 'processing', "
            "'importing', 'ready', 'paused', 'failed', 'cancelled', 'removed')",
            name="status",
        ),
        sa.UniqueConstraint("video_id", "profile_id"),
    )
    op.create_index("ix_assets_channel_id", "assets", ["channel_id"])
    op.create_index("ix_assets_status", "assets", ["status"])
    words = [sa.text("to_tsvector('simple', title)")]
    op.create_index("ix_assets_words", "assets", words, postgresql_using="gin")
    op.create_index(
        "ix_assets_claimable",
        "assets",
        [sa.text("priority desc"), "queued_at", "id"],
        postgresql_where=sa.text("status = 'queued'"),
    )
    op.create_index("ix_assets_due", "assets", ["not_before"], postgresql_where=sa.text("status = 'waiting'"))
    op.create_index(
        "ix_assets_failed", "assets", ["status_since"], postgresql_where=sa.text("status = 'failed'")
    )
    op.create_index(
        "ix_assets_importing", "assets", ["status_since"], postgresql_where=sa.text("status = 'importing'")
    )
    op.create_index(
        "ix_assets_leased", "assets", ["lease_until"], postgresql_where=sa.text("lease_until is not null")
    )
    op.create_index(
        "ix_assets_to_delete",
        "assets",
        ["status_since"],
        postgresql_where=sa.text("status = 'removed' and files <> '{}'"),
    )
    op.create_table(
        "batches",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("user_id", sa.Uuid, sa.ForeignKey("people.id"), nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("list_id", sa.Text, sa.ForeignKey("lists.id")),
        sa.Column("profile_id", sa.Uuid, sa.ForeignKey("profiles.id"), nullable=False),
        sa.Column("title", sa.Text),
        sa.Column("collection", sa.Text),
        sa.Column("most", sa.Integer),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("failure", sa.Text),
        sa.Column("attempts", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("cursor", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("reading_since", _WHEN),
        sa.Column("found", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("made", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("skipped", JSONB, nullable=False, server_default=sa.text("'{}'")),
        sa.Column("queued_at", _WHEN, nullable=False),
        sa.Column("not_before", _WHEN),
        sa.Column("epoch", sa.BigInteger, nullable=False, server_default=sa.text("0")),
        sa.Column("lease_until", _WHEN),
        sa.Column("created_at", _WHEN, nullable=False),
        sa.CheckConstraint(
            "status in ('queued', 'indexing', 'indexed', 'failed', 'cancelled')", name="status"
        ),
    )
    op.create_index(
        "ix_batches_unread",
        "batches",
        ["queued_at"],
        postgresql_where=sa.text("status in ('queued', 'indexing')"),
    )
    op.create_index("ix_batches_user_id_id", "batches", ["user_id", "id"])
    op.create_table(
        "list_entries",
        sa.Column("list_id", sa.Text, sa.ForeignKey("lists.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("video_id", sa.Text, primary_key=True),
        sa.Column("ordinal", sa.Integer, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("duration_seconds", sa.Integer),
        sa.Column("published_on", sa.Date),
        sa.Column("availability", sa.Text),
        sa.Column("first_seen_at", _WHEN, nullable=False),
        sa.Column("seen_at", _WHEN, nullable=False),
        sa.Column("gone_at", _WHEN),
        sa.UniqueConstraint("list_id", "ordinal"),
    )
    op.create_index("ix_list_entries_list_id_position", "list_entries", ["list_id", "position"])
    op.create_table(
        "subscriptions",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("user_id", sa.Uuid, sa.ForeignKey("people.id"), nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("list_id", sa.Text, sa.ForeignKey("lists.id")),
        sa.Column("profile_id", sa.Uuid, sa.ForeignKey("profiles.id"), nullable=False),
        sa.Column("backfill", sa.Text, nullable=False),
        sa.Column("backfill_count", sa.Integer),
        sa.Column("title_includes", ARRAY(sa.Text), nullable=False, server_default=sa.text("'{}'")),
        sa.Column("title_excludes", ARRAY(sa.Text), nullable=False, server_default=sa.text("'{}'")),
        sa.Column("min_seconds", sa.Integer),
        sa.Column("max_seconds", sa.Integer),
        sa.Column("keep_days", sa.Integer),
        sa.Column("keep_count", sa.Integer),
        sa.Column("keep_bytes", sa.BigInteger),
        sa.Column("interval_minutes", sa.Integer, nullable=False),
        sa.Column("collection", sa.Text),
        sa.Column("enabled", sa.Boolean, nullable=False, server_default=sa.true()),
        sa.Column("since", _WHEN, nullable=False),
        sa.Column("last_checked_at", _WHEN),
        sa.Column("last_full_at", _WHEN),
        sa.Column("next_check_at", _WHEN, nullable=False),
        sa.Column("asked_at", _WHEN),
        sa.Column("baseline", sa.Integer),
        sa.Column("seen_ordinal", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("cursor", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("reading_since", _WHEN),
        sa.Column("looking_skipped", JSONB, nullable=False, server_default=sa.text("'{}'")),
        sa.Column("failure", sa.Text),
        sa.Column("failures", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("failure_told", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("skipped", JSONB, nullable=False, server_default=sa.text("'{}'")),
        sa.Column("epoch", sa.BigInteger, nullable=False, server_default=sa.text("0")),
        sa.Column("lease_until", _WHEN),
        sa.Column("created_at", _WHEN, nullable=False),
        sa.CheckConstraint("backfill in ('new_only', 'last', 'all')", name="backfill"),
        sa.UniqueConstraint("user_id", "url", "profile_id"),
    )
    op.create_index(
        "ix_subscriptions_due", "subscriptions", ["next_check_at"], postgresql_where=sa.text("enabled")
    )
    op.create_index("ix_subscriptions_user_id_id", "subscriptions", ["user_id", "id"])
    op.create_table(
        "downloads",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("user_id", sa.Uuid, sa.ForeignKey("people.id"), nullable=False),
        sa.Column("asset_id", sa.Uuid, sa.ForeignKey("assets.id", ondelete="CASCADE"), nullable=False),
        sa.Column("batch_id", sa.Uuid, sa.ForeignKey("batches.id", ondelete="SET NULL")),
        sa.Column("subscription_id", sa.Uuid, sa.ForeignKey("subscriptions.id", ondelete="SET NULL")),
        sa.Column("counted_at", _WHEN),
        sa.Column("ended_at", _WHEN),
        sa.Column("removed_at", _WHEN),
        sa.Column("created_at", _WHEN, nullable=False),
    )
    op.create_index("ix_downloads_asset_id", "downloads", ["asset_id"])
    op.create_index(
        "ix_downloads_batch_id_id",
        "downloads",
        ["batch_id", "id"],
        postgresql_where=sa.text("batch_id is not null"),
    )
    op.create_index(
        "ix_downloads_subscription_id_id",
        "downloads",
        ["subscription_id", "id"],
        postgresql_where=sa.text("subscription_id is not null"),
    )
    op.create_index(
        "ix_downloads_user_id_counted_at",
        "downloads",
        ["user_id", "counted_at"],
        postgresql_where=sa.text("counted_at is not null"),
    )
    op.create_index("ix_downloads_user_id_id", "downloads", ["user_id", "id"])
    op.create_index(
        "uq_downloads_living",
        "downloads",
        ["user_id", "asset_id"],
        unique=True,
        postgresql_where=sa.text("ended_at is null"),
    )
