"""Somebody wants to keep a video whatever the rules of retention say."""

from medianest_common.contracts.youtube.downloads import PinDownload
from medianest_common.errors import Conflict
from medianest_youtube.app import YoutubeApp
from medianest_youtube.ownership import own_download
from medianest_youtube.states import OVER


class NotToBePinned(Conflict):
    pass


async def pin_download(app: YoutubeApp, command: PinDownload) -> None:
    async with app.db.transaction() as tx:
        wish, asset, _ = await own_download(tx, command.id)
        if wish.ended_at is not None or asset.status in OVER:
            raise NotToBePinned("This download is over, so there is nothing to keep. Ask for the video anew.")
        if asset.pinned is not command.pinned:
            asset.pinned = command.pinned
            asset.updated_at = app.clock.now()
