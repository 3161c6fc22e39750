"""One person does not want it any more. It goes on for others; without any it ends, and nothing of it is left."""

from collections.abc import Sequence

from medianest_common.bus import require_caller
from medianest_common.contracts.youtube import DownloadStatus
from medianest_common.contracts.youtube.downloads import RemoveDownload
from medianest_common.db import Transaction
from medianest_youtube.app import YoutubeApp
from medianest_youtube.models import Asset, Download
from medianest_youtube.moves import move
from medianest_youtube.ownership import own_download
from medianest_youtube.progress import Wish, tell
from medianest_youtube.removing import remove_asset
from medianest_youtube.states import OVER, STORED
from medianest_youtube.stopping import stop_everywhere


async def remove_download(app: YoutubeApp, command: RemoveDownload) -> None:
    """A download that is over already is taken off the list."""
    now = app.clock.now()
    async with app.db.transaction() as tx:
        wish, asset, others = await own_download(tx, command.id)
        if wish.ended_at is not None:
            wish.removed_at = wish.removed_at or now
            return
        if asset.status not in STORED:
            stopped = await withdraw(app, tx, wish, asset, others)
        elif command.files and not others:
            stopped = False
            await remove_asset(app, tx, asset, why="deleted", by=require_caller().user_id)
        else:
            stopped = False
            wish.ended_at = wish.removed_at = now
    if stopped:
        await stop_everywhere(app, asset.id)


async def withdraw(
    app: YoutubeApp, tx: Transaction, wish: Download, asset: Asset, others: Sequence[Download]
) -> bool:
    """From what is not there yet. Whether nobody waits any more: then `stop_everywhere` follows the commit."""
    wish.ended_at = app.clock.now()
    if others or asset.status in OVER:
        told = [Wish(wish.id, wish.user_id)]
        tx.after_commit(lambda: tell(app, told, status=DownloadStatus.CANCELLED))
        return False
    await move(app, tx, asset, DownloadStatus.CANCELLED, wishes=[wish])
    return True
