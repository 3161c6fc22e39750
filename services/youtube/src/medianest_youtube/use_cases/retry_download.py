"""Somebody asks for what has failed, or waits for its next attempt, once more: now, and with all attempts again."""

from medianest_common.contracts.youtube import DownloadStatus
from medianest_common.contracts.youtube.downloads import RetryDownload
from medianest_common.db import Transaction
from medianest_common.errors import Conflict
from medianest_youtube.app import YoutubeApp
from medianest_youtube.models import Asset
from medianest_youtube.moves import move
from medianest_youtube.ownership import own_download
from medianest_youtube.states import RUNNING


class NotFailed(Conflict):
    pass


async def retry_download(app: YoutubeApp, command: RetryDownload) -> None:
    async with app.db.transaction() as tx:
        wish, asset, _ = await own_download(tx, command.id)
        if wish.ended_at is not None:
            raise NotFailed("This download was cancelled or removed. Ask for the video anew.")
        if asset.status in RUNNING | {DownloadStatus.QUEUED}:
            return
        if asset.status not in (DownloadStatus.FAILED, DownloadStatus.WAITING):
            raise NotFailed("Only what has failed or waits can be tried again.")
        await begin_anew(app, tx, asset)


async def begin_anew(app: YoutubeApp, tx: Transaction, asset: Asset) -> None:
    """The asset must be locked, and not under way."""
    asset.attempts = asset.failures = 0
    asset.failure = asset.failure_text = None
    asset.queued_at = app.clock.now()
    await move(app, tx, asset, DownloadStatus.QUEUED)
