"""By the clock: whatever was lost on the way, the rows say what has to be done, and it is done."""

from datetime import timedelta

import structlog

from medianest_common.contracts.youtube import DownloadStatus, FailureCode
from medianest_common.db import Transaction
from medianest_youtube.app import YoutubeApp
from medianest_youtube.claiming import lease_length
from medianest_youtube.disk import DiskSilent, room
from medianest_youtube.equipped import say_equipped
from medianest_youtube.failures import consequence
from medianest_youtube.models import Asset
from medianest_youtube.moves import ask_for_a_worker, move
from medianest_youtube.pausing import go_on, is_closed, may_have_ffmpeg
from medianest_youtube.policy import MOST_ATTEMPTS
from medianest_youtube.repository.assets import Assets
from medianest_youtube.repository.pauses import Pauses
from medianest_youtube.tools import ToolState
from medianest_youtube.workers import in_thread

log = structlog.get_logger()

SWEEP_SECONDS = 5.0
_AT_ONCE = 200
_GRACE = timedelta(seconds=2)
"""So that whoever comes back to a lease that has just ended still finds it."""


async def sweep_queue(app: YoutubeApp) -> None:
    free = await _room(app)
    lack = await in_thread(app.tools.lack_of_ffmpeg)
    if lack is None:
        await say_equipped(app)
    async with app.db.transaction() as tx:
        await Assets(tx.session).alone_at_the_slots()
        await _take_from_the_dead(app, tx)
        await _queue_what_is_due(app, tx)
        await _queue_what_waited_for_a_runtime(app, tx)
        await _end_pause(app, tx, free=free, lack=lack)
        await _make_tickets(app, tx)


async def _room(app: YoutubeApp) -> int | None:
    try:
        return await room(app)
    except DiskSilent:
        log.warning("disk_not_measured")
        return None


async def _take_from_the_dead(app: YoutubeApp, tx: Transaction) -> None:
    now = app.clock.now()
    await Assets(tx.session).shorten_leases(now=now, longest=lease_length(app))
    for asset in await Assets(tx.session).abandoned(now=now - _GRACE, limit=_AT_ONCE):
        log.warning(
            "download_abandoned", asset_id=str(asset.id), worker=asset.worker, attempts=asset.attempts
        )
        if asset.attempts < MOST_ATTEMPTS:
            await move(app, tx, asset, DownloadStatus.QUEUED)
            continue
        code = FailureCode.CRASHED
        asset.failures = asset.failures + 1 if asset.failure is code else 1
        asset.failure, asset.failure_text = code, "The worker was gone, again and again."
        await move(app, tx, asset, DownloadStatus.FAILED, code=code, reason=consequence(code).sentence)


async def _queue_what_is_due(app: YoutubeApp, tx: Transaction) -> None:
    for asset in await Assets(tx.session).due(now=app.clock.now(), limit=_AT_ONCE):
        await move(app, tx, asset, DownloadStatus.QUEUED)


async def _queue_what_waited_for_a_runtime(app: YoutubeApp, tx: Transaction) -> None:
    if app.tools.runtime.state is not ToolState.PRESENT:
        return
    for asset in await Assets(tx.session).held_for([FailureCode.NO_JS_RUNTIME], limit=_AT_ONCE):
        await move(app, tx, asset, DownloadStatus.QUEUED)


async def _end_pause(app: YoutubeApp, tx: Transaction, *, free: int | None, lack: str | None) -> None:
    """Of what is lacking on this machine, as soon as it is there."""
    pause = await Pauses(tx.session).open()
    if pause is None:
        return
    if pause.code is FailureCode.NO_SPACE:
        smallest = await Assets(tx.session).least_size_queued()
        if free is not None and free >= 2 * (smallest or 0):
            await go_on(app, tx)
    elif may_have_ffmpeg(pause, now=app.clock.now()) and not lack:
        await go_on(app, tx)


async def _make_tickets(app: YoutubeApp, tx: Transaction) -> None:
    """One for each slot that could be used and is not."""
    assets, now = Assets(tx.session), app.clock.now()
    running = await assets.running(now=now)
    free = app.settings.youtube_slots - running
    pause = await Pauses(tx.session).open()
    if may_have_ffmpeg(pause, now=now):
        # Whoever takes it may have what is lacking here.
        ask_for_a_worker(tx)
    if free <= 0 or is_closed(pause, now=now, running=running):
        return
    queued = await assets.count(Asset.status == DownloadStatus.QUEUED)
    for _ in range(min(free, queued)):
        ask_for_a_worker(tx)
