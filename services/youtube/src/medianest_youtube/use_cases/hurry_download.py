"""This one before all that nobody is in a hurry for."""

from medianest_common.contracts.youtube import DownloadStatus
from medianest_common.contracts.youtube.downloads import HurryDownload
from medianest_common.errors import Conflict
from medianest_youtube.app import YoutubeApp
from medianest_youtube.moves import ask_for_a_worker, move
from medianest_youtube.ownership import own_download
from medianest_youtube.states import RUNNING, TO_COME
from medianest_youtube.use_cases.tell_queue import tell_queue


class NothingToHurry(Conflict):
    pass


async def hurry_download(app: YoutubeApp, command: HurryDownload) -> None:
    async with app.db.transaction() as tx:
        wish, asset, _ = await own_download(tx, command.id)
        if wish.ended_at is not None or asset.status not in TO_COME:
            raise NothingToHurry("Only what is still to come can be hurried.")
        if asset.priority and asset.status in RUNNING | {DownloadStatus.QUEUED}:
            return
        asset.priority = True
        asset.updated_at = app.clock.now()
        if asset.status in (DownloadStatus.WAITING, DownloadStatus.PAUSED):
            await move(app, tx, asset, DownloadStatus.QUEUED)
        ask_for_a_worker(tx)
    await tell_queue(app)
