"""The queue as a whole: seen, stopped and let go on by administrators."""

from sqlalchemy import func, select

from medianest_common.bus import require, require_caller
from medianest_common.contracts.identity import Permission
from medianest_common.contracts.youtube import DownloadStatus
from medianest_common.contracts.youtube.queue import PauseQueue, Queue, QueuePause
from medianest_youtube.app import YoutubeApp
from medianest_youtube.auditing import decided
from medianest_youtube.models import Asset
from medianest_youtube.pausing import go_on, pause_by_hand
from medianest_youtube.repository.assets import Assets
from medianest_youtube.repository.pauses import Pauses
from medianest_youtube.states import RUNNING


async def get_queue(app: YoutubeApp) -> Queue:
    statement = select(Asset.status, func.count()).where(
        Asset.status.in_([DownloadStatus.QUEUED, DownloadStatus.WAITING, DownloadStatus.FAILED, *RUNNING])
    )
    async with app.db.transaction() as tx:
        found = await tx.session.execute(statement.group_by(Asset.status))
        counts = {row[0]: row[1] for row in found}
        pause = await Pauses(tx.session).open()
    return Queue(
        queued=counts.get(DownloadStatus.QUEUED, 0),
        running=sum(counts.get(status, 0) for status in RUNNING),
        waiting=counts.get(DownloadStatus.WAITING, 0),
        failed=counts.get(DownloadStatus.FAILED, 0),
        slots=app.settings.youtube_slots,
        pause=QueuePause(code=pause.code, reason=pause.reason, since=pause.since, until=pause.until)
        if pause
        else None,
    )


async def pause_queue(app: YoutubeApp, command: PauseQueue) -> Queue:
    """What runs goes on to its end; nothing else begins until somebody lets it."""
    require(Permission.MANAGE_DOWNLOADS)
    async with app.db.transaction() as tx:
        await Assets(tx.session).alone_at_the_slots()
        await pause_by_hand(app, tx, reason=command.reason, actor=require_caller().user_id)
        decided(tx, "download_queue_pause", "download_queue")
    return await get_queue(app)


async def resume_queue(app: YoutubeApp) -> Queue:
    """Whatever it rests for. Where that is not over yet, it rests again after the next attempt."""
    require(Permission.MANAGE_DOWNLOADS)
    async with app.db.transaction() as tx:
        await Assets(tx.session).alone_at_the_slots()
        await go_on(app, tx, actor=require_caller().user_id)
        decided(tx, "download_queue_resume", "download_queue")
    return await get_queue(app)
