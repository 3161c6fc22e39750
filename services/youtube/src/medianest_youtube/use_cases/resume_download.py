"""A paused download goes back to its place in the queue."""

from medianest_common.contracts.youtube import DownloadStatus
from medianest_common.contracts.youtube.downloads import ResumeDownload
from medianest_common.errors import Conflict
from medianest_youtube.app import YoutubeApp
from medianest_youtube.moves import move
from medianest_youtube.ownership import own_download
from medianest_youtube.states import RUNNING


class NotPaused(Conflict):
    pass


async def resume_download(app: YoutubeApp, command: ResumeDownload) -> None:
    async with app.db.transaction() as tx:
        wish, asset, _ = await own_download(tx, command.id)
        if wish.ended_at is None and asset.status in RUNNING | {DownloadStatus.QUEUED}:
            return
        if wish.ended_at is not None or asset.status is not DownloadStatus.PAUSED:
            raise NotPaused("This download is not paused.")
        await move(app, tx, asset, DownloadStatus.QUEUED)
