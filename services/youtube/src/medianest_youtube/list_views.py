"""Batches and subscriptions as people see them."""

from typing import Any

from sqlalchemy import RowMapping

from medianest_common.contracts.youtube import FailureCode
from medianest_common.contracts.youtube.downloads import Batch, DownloadFailure, DownloadRequester, ProfileRef
from medianest_common.contracts.youtube.subscriptions import Retention, Subscription
from medianest_youtube.app import YoutubeApp
from medianest_youtube.thumbnails import thumbnail
from medianest_youtube.use_cases.refuse_read import sentence

BATCHES = """
    select b.id, b.user_id, b.kind, b.url, coalesce(b.title, l.title) as title, b.status, b.failure,
        b.not_before, b.found, b.made, b.skipped, b.collection, b.created_at, p.name as person, c.ready, c.failed
    from (select * from batches x where {conditions} order by x.id desc limit :rows) b
    join people p on p.id = b.user_id
    left join lists l on l.id = b.list_id
    cross join lateral (
        select count(*) filter (where a.status = 'ready') as ready,
            count(*) filter (where a.status = 'failed') as failed
        from downloads d join assets a on a.id = d.asset_id
        where d.batch_id = b.id and d.ended_at is null
    ) c
    order by b.id desc
"""

SUBSCRIPTIONS = """
    select s.id, s.user_id, s.kind, s.url, s.profile_id, s.backfill, s.backfill_count, s.title_includes,
        s.title_excludes, s.min_seconds, s.max_seconds, s.keep_days, s.keep_count, s.keep_bytes, s.interval_minutes,
        s.collection, s.enabled, s.last_checked_at, s.next_check_at, s.asked_at, s.failure, s.skipped, s.created_at,
        coalesce(l.title, s.url) as title, l.thumbnail_url, p.name as person,
        coalesce(f.name, 'As chosen') as profile, c.downloads, c.size
    from (select * from subscriptions x where {conditions} order by x.id desc limit :rows) s
    join people p on p.id = s.user_id
    join profiles f on f.id = s.profile_id
    left join lists l on l.id = s.list_id
    cross join lateral (
        select count(*) as downloads,
            coalesce(sum(a.size) filter (where a.status in ('importing', 'ready')), 0)::bigint as size
        from downloads d join assets a on a.id = d.asset_id
        where d.subscription_id = s.id and d.ended_at is null
    ) c
    order by s.id desc
"""


def batch_view(_: YoutubeApp, row: RowMapping) -> Batch:
    return Batch(
        id=row["id"],
        kind=row["kind"],
        url=row["url"],
        title=row["title"],
        status=row["status"],
        failure=_failure(row["failure"], row["not_before"]),
        found=row["found"],
        made=row["made"],
        skipped=row["skipped"],
        ready=row["ready"],
        failed=row["failed"],
        collection=row["collection"],
        requested_by=DownloadRequester(id=row["user_id"], name=row["person"]),
        created_at=row["created_at"],
    )


def subscription_view(app: YoutubeApp, row: RowMapping) -> Subscription:
    return Subscription(
        id=row["id"],
        kind=row["kind"],
        url=row["url"],
        title=row["title"],
        thumbnail_url=thumbnail(row["thumbnail_url"], images=app.images),
        profile=ProfileRef(id=row["profile_id"], name=row["profile"]),
        backfill=row["backfill"],
        backfill_count=row["backfill_count"],
        title_includes=row["title_includes"],
        title_excludes=row["title_excludes"],
        min_seconds=row["min_seconds"],
        max_seconds=row["max_seconds"],
        retention=Retention(days=row["keep_days"], count=row["keep_count"], bytes=row["keep_bytes"]),
        interval_minutes=row["interval_minutes"],
        collection=row["collection"],
        enabled=row["enabled"],
        last_checked_at=row["last_checked_at"],
        next_check_at=row["next_check_at"] if row["enabled"] or row["asked_at"] else None,
        failure=_failure(row["failure"], row["next_check_at"] if row["enabled"] else None),
        downloads=row["downloads"],
        size=row["size"],
        skipped=row["skipped"],
        owner=DownloadRequester(id=row["user_id"], name=row["person"]),
        created_at=row["created_at"],
    )


def _failure(code: str | None, retry_at: Any) -> DownloadFailure | None:
    if code is None:
        return None
    return DownloadFailure(code=FailureCode(code), message=sentence(FailureCode(code)), retry_at=retry_at)
