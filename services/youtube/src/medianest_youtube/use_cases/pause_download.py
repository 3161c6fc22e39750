"""What has arrived is kept; it goes on from there when somebody says so."""

from medianest_common.bus import require_caller
from medianest_common.contracts.youtube import DownloadStatus
from medianest_common.contracts.youtube.downloads import PauseDownload
from medianest_common.errors import Conflict
from medianest_youtube.app import YoutubeApp
from medianest_youtube.moves import move
from medianest_youtube.ownership import own_download
from medianest_youtube.states import TO_COME
from medianest_youtube.stopping import stop_everywhere


class OthersWait(Conflict):
    """What one person may not decide for the others who wait for the same."""


class NotUnderWay(Conflict):
    pass


async def pause_download(app: YoutubeApp, command: PauseDownload) -> None:
    async with app.db.transaction() as tx:
        wish, asset, others = await own_download(tx, command.id)
        if asset.status is DownloadStatus.PAUSED:
            return
        if asset.status not in TO_COME or wish.ended_at is not None:
            raise NotUnderWay("Only what waits or is being downloaded can be paused.")
        if others and not require_caller().is_admin:
            raise OthersWait("Others wait for this video too. Cancel it, and it goes on for them.")
        await move(app, tx, asset, DownloadStatus.PAUSED)
    await stop_everywhere(app, asset.id)
