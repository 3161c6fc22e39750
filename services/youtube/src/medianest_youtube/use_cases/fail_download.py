"""An attempt has failed: what becomes of the download, and of the queue."""

import structlog

from medianest_common.contracts.youtube import DownloadStatus, FailureCode
from medianest_youtube.app import YoutubeApp
from medianest_youtube.claiming import Claim
from medianest_youtube.failures import NotToBeHad, consequence
from medianest_youtube.fetching import DiskFull
from medianest_youtube.moves import move
from medianest_youtube.pausing import prove, trip
from medianest_youtube.policy import FollowUp, follow_up, shows_that_youtube_answers
from medianest_youtube.repository.assets import Assets
from medianest_youtube.tools import ToolState

log = structlog.get_logger()

_LONGEST_TEXT = 4_000


async def fail_download(app: YoutubeApp, claim: Claim, error: NotToBeHad) -> None:
    """Unless the download is not ours any more."""
    code, now = error.failure, app.clock.now()
    what = consequence(code)
    reason = error.reason if isinstance(error, DiskFull) else what.sentence
    log.warning("download_failed", asset_id=str(claim.lease.asset_id), why=code.value, text=error.text[:500])
    async with app.db.transaction() as tx:
        assets = Assets(tx.session)
        await assets.alone_at_the_slots()
        asset = await assets.held(claim.lease)
        if asset is None:
            return
        asset.failures = asset.failures + 1 if asset.failure is code else 1
        asset.failure, asset.failure_text = code, error.text[:_LONGEST_TEXT]
        then = follow_up(
            code,
            failures=asset.failures,
            attempts=asset.attempts,
            now=now,
            release_timestamp=error.release_timestamp,
        )
        if code is FailureCode.NO_JS_RUNTIME and app.tools.runtime.state is not ToolState.PRESENT:
            # Held until there is one, and not tried again and again until it is called a failure.
            then = FollowUp(DownloadStatus.WAITING, counts=False)
        promised = isinstance(error, DiskFull) and error.promised
        if promised:
            # Its size is known now, so that it is not begun again before there is room.
            then = FollowUp(DownloadStatus.QUEUED, counts=False)
        if not then.counts:
            asset.attempts -= 1
        if then.yields:
            asset.queued_at = now
        if what.pause is not None and not promised:
            await trip(app, tx, code, begun=claim.begun, reason=reason)
        elif shows_that_youtube_answers(code):
            await prove(app, tx)
        failed = then.status is DownloadStatus.FAILED
        await move(
            app,
            tx,
            asset,
            then.status,
            reason=reason,
            not_before=then.not_before,
            code=code if failed else None,
        )
