"""What the youtube service holds about the caller."""

from typing import Any

from sqlalchemy import Select, select

from medianest_common.bus import require_person
from medianest_common.contracts.personal import PersonalData
from medianest_common.contracts.youtube import ExportUserData
from medianest_common.db.personal import personal_data
from medianest_youtube.app import YoutubeApp
from medianest_youtube.models import Asset, Batch, Download, Person, Subscription, Tombstone


async def export_person(app: YoutubeApp, query: ExportUserData) -> PersonalData:
    me = require_person().user_id
    a, b, d, s = Asset, Batch, Download, Subscription
    tables: dict[str, Select[*tuple[Any, ...]]] = {
        "people": select(Person.name, Person.role, Person.limit_per_hour, Person.limit_bytes).where(
            Person.id == me
        ),
        "downloads": select(
            d.id, a.video_id, a.title, a.channel, a.status, d.created_at, d.ended_at, d.removed_at
        )
        .join(a, a.id == d.asset_id)
        .where(d.user_id == me)
        .order_by(d.id),
        "batches": select(b.id, b.kind, b.url, b.title, b.collection, b.status, b.found, b.made, b.created_at)
        .where(b.user_id == me)
        .order_by(b.id),
        "subscriptions": select(
            s.id,
            s.kind,
            s.url,
            s.backfill,
            s.backfill_count,
            s.title_includes,
            s.title_excludes,
            s.min_seconds,
            s.max_seconds,
            s.keep_days,
            s.keep_count,
            s.keep_bytes,
            s.interval_minutes,
            s.collection,
            s.enabled,
            s.last_checked_at,
            s.created_at,
        )
        .where(s.user_id == me)
        .order_by(s.id),
        "tombstones": select(Tombstone.video_id, Tombstone.reason, Tombstone.at)
        .where(Tombstone.user_id == me)
        .order_by(Tombstone.video_id),
    }
    async with app.db.read() as connection:
        return await personal_data(connection, tables, cursor=query.cursor)
