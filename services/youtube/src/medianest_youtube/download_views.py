"""Downloads as people see them."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import RowMapping, text

from medianest_common.contracts.youtube import DownloadStatus, FailureCode
from medianest_common.contracts.youtube.downloads import (
    Download,
    DownloadFailure,
    DownloadRequester,
    ProfileRef,
    Progress,
)
from medianest_common.images import AddressKeys
from medianest_youtube.app import YoutubeApp
from medianest_youtube.failures import consequence
from medianest_youtube.progress import progress_of
from medianest_youtube.repository.assets import Assets
from medianest_youtube.states import RUNNING
from medianest_youtube.thumbnails import thumbnail
from medianest_youtube.urls import VideoLink

_ROWS = """
    select d.id, d.asset_id, d.user_id, d.batch_id, d.subscription_id, d.created_at, d.ended_at, p.name as person,
        a.video_id, a.title, a.channel, a.channel_id, a.duration_seconds, a.thumbnail_url, a.published_on,
        a.profile_id, coalesce(f.name, 'As chosen') as profile, a.status, a.status_since, a.status_reason,
        a.priority, a.attempts, a.failure, a.not_before, a.size, a.path, a.plex_url, a.pinned, a.stored_at,
        exists (
            select 1 from downloads o where o.asset_id = d.asset_id and o.ended_at is null and o.id <> d.id
        ) as shared
    from (select * from downloads d where {conditions}) d
    join assets a on a.id = d.asset_id
    join people p on p.id = d.user_id
    join profiles f on f.id = a.profile_id
    order by d.id desc
"""
_ENDS = frozenset({DownloadStatus.READY, DownloadStatus.FAILED})


async def read_downloads(
    app: YoutubeApp, conditions: str, *, for_admin: bool, **values: Any
) -> Sequence[Download]:
    """The newest first. `conditions` are of the table `downloads d`."""
    async with app.db.transaction() as tx:
        found = await tx.session.execute(text(_ROWS.format(conditions=conditions)), values)
        rows = found.mappings().all()
        living = [row for row in rows if row["ended_at"] is None]
        queued = {row["asset_id"] for row in living if row["status"] == DownloadStatus.QUEUED}
        positions = await Assets(tx.session).positions(queued)
    progress = await progress_of(app, {row["asset_id"] for row in living if row["status"] in RUNNING})
    return [
        download_view(
            row,
            images=app.images,
            for_admin=for_admin,
            position=positions.get(row["asset_id"]) if row["ended_at"] is None else None,
            progress=progress.get(row["asset_id"]) if row["ended_at"] is None else None,
        )
        for row in rows
    ]


def download_view(
    row: RowMapping,
    *,
    images: AddressKeys,
    for_admin: bool,
    position: int | None,
    progress: Progress | None,
) -> Download:
    status = status_of(row)
    mine = row["ended_at"] is None
    channel_id = row["channel_id"]
    return Download(
        id=row["id"],
        video_id=row["video_id"],
        url=VideoLink(row["video_id"]).url,
        title=row["title"],
        channel=row["channel"],
        channel_url=f"https://www.youtube.com/channel/{channel_id}" if channel_id else None,
        duration_seconds=row["duration_seconds"],
        thumbnail_url=thumbnail(row["thumbnail_url"], images=images),
        published_on=row["published_on"].isoformat() if row["published_on"] else None,
        profile=ProfileRef(id=row["profile_id"], name=row["profile"]),
        status=status,
        status_since=row["status_since"] if mine else row["ended_at"],
        status_reason=row["status_reason"] if mine else None,
        position=position,
        priority=row["priority"],
        attempts=row["attempts"],
        failure=_failure(row) if mine else None,
        progress=progress,
        size=row["size"] if mine else None,
        path=row["path"] if for_admin else None,
        plex_url=row["plex_url"] if mine else None,
        pinned=row["pinned"],
        shared=row["shared"],
        requested_by=DownloadRequester(id=row["user_id"], name=row["person"]),
        batch_id=row["batch_id"],
        subscription_id=row["subscription_id"],
        created_at=row["created_at"],
        finished_at=row["ended_at"] or (row["status_since"] if status in _ENDS else row["stored_at"]),
    )


def status_of(row: RowMapping) -> DownloadStatus:
    """Of one person's wish: whoever has withdrawn sees no more of what becomes of it for others."""
    status = DownloadStatus(row["status"])
    if row["ended_at"] is None:
        return status
    return status if status is DownloadStatus.REMOVED else DownloadStatus.CANCELLED


def _failure(row: RowMapping) -> DownloadFailure | None:
    if row["failure"] is None:
        return None
    code = FailureCode(row["failure"])
    waits = row["status"] == DownloadStatus.WAITING
    return DownloadFailure(
        code=code, message=consequence(code).sentence, retry_at=row["not_before"] if waits else None
    )
