"""Everything that has failed is tried once more: after an outage, or with a newer yt-dlp."""

from uuid import UUID

from sqlalchemy import select

from medianest_common.bus import require, require_caller
from medianest_common.contracts.identity import Permission
from medianest_common.contracts.youtube import DownloadStatus
from medianest_common.contracts.youtube.downloads import RetryFailedDownloads
from medianest_youtube.app import YoutubeApp
from medianest_youtube.models import Asset, Download
from medianest_youtube.use_cases.list_batches import shown_batch
from medianest_youtube.use_cases.retry_download import begin_anew

_AT_ONCE = 100


async def retry_failed(app: YoutubeApp, command: RetryFailedDownloads) -> int:
    """How many; each page in a transaction of its own, so that a worker need not wait for all of them."""
    caller = require_caller()
    if command.everyone:
        require(Permission.MANAGE_DOWNLOADS)
    wanted = (
        select(Download.asset_id)
        .where(Download.asset_id == Asset.id, Download.ended_at.is_(None))
        .correlate(Asset)
    )
    if command.batch_id is not None:
        await shown_batch(app, command.batch_id, to=caller)
        wanted = wanted.where(Download.batch_id == command.batch_id)
    elif not command.everyone:
        wanted = wanted.where(Download.user_id == caller.user_id)
    statement = (
        select(Asset)
        .where(Asset.status == DownloadStatus.FAILED, wanted.exists())
        .order_by(Asset.id)
        .limit(_AT_ONCE)
        .with_for_update(key_share=True, skip_locked=True)
    )
    tried, last = 0, UUID(int=0)
    while True:
        async with app.db.transaction() as tx:
            failed = (await tx.session.scalars(statement.where(Asset.id > last))).all()
            for asset in failed:
                await begin_anew(app, tx, asset)
        if not failed:
            return tried
        tried, last = tried + len(failed), failed[-1].id
