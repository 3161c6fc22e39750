"""A ticket: take the most urgent download, if there is one and nothing stands against it, and carry it out."""

import asyncio
import random
from datetime import timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError

from medianest_common.bus.retry import is_outage, is_too_slow
from medianest_common.clock import uuid7
from medianest_common.contracts.youtube import FailureCode
from medianest_common.contracts.youtube.jobs import DownloadAsset
from medianest_common.errors import MediaNestError
from medianest_youtube.app import YoutubeApp
from medianest_youtube.claiming import Claim, LeaseLost, claim_next, give_back, keep
from medianest_youtube.failures import NotToBeHad
from medianest_youtube.fetching import fetch
from medianest_youtube.reporting import Reporter
from medianest_youtube.staging import StagingTaken, fingerprint, staging
from medianest_youtube.storing import finish_storing, store
from medianest_youtube.use_cases.clear_staging import clear_staging
from medianest_youtube.use_cases.fail_download import fail_download
from medianest_youtube.use_cases.tell_queue import tell_queue
from medianest_youtube.workers import beside, in_thread

log = structlog.get_logger()

_TAKEN = timedelta(seconds=5)
_AWAY = timedelta(seconds=10)
_FROM_THE_BEGINNING = (FailureCode.BROKEN_FILE, FailureCode.FORBIDDEN_MEDIA)
"""What has arrived may be the trouble, so it is not gone on from; nor is it if the reason is unknown twice in a row."""


async def use_ticket(app: YoutubeApp) -> None:
    if app.workers.leaving or app.workers.resting:
        return
    claim = await claim_next(app)
    if claim is None:
        return
    app.workers.begin(claim.lease.asset_id, run_download(app, claim))
    await tell_queue(app)


async def run_download(app: YoutubeApp, claim: Claim) -> None:
    asset_id = claim.lease.asset_id
    log.info("download_begun", asset_id=str(asset_id), video_id=claim.video_id, epoch=claim.lease.epoch)
    reporter = Reporter(app, claim)
    try:
        await beside(_carry_out(app, claim, reporter), keep(app, claim), reporter.run())
        log.info("download_stored", asset_id=str(asset_id), video_id=claim.video_id)
    except StagingTaken:
        await give_back(app, claim, delay=_TAKEN)
    except NotToBeHad as error:
        await fail_download(app, claim, error)
    except LeaseLost:
        log.info("download_stopped", asset_id=str(asset_id), epoch=claim.lease.epoch)
    except asyncio.CancelledError:
        await give_back(app, claim)
    except (MediaNestError, SQLAlchemyError, OSError) as error:
        if _is_away(error):
            log.warning("download_interrupted", asset_id=str(asset_id), error=repr(error)[:500])
            await give_back(app, claim, delay=_AWAY)
        else:
            await fail_download(app, claim, _unexpected(error))
    await clear_staging(app, asset_id)
    await _next(app)


async def _carry_out(app: YoutubeApp, claim: Claim, reporter: Reporter) -> None:
    with staging(app.folder, claim.lease.asset_id) as place:
        if await finish_storing(app, claim, place):
            return
        await in_thread(lambda: place.begin(fingerprint(claim.video_id, claim.choices)))
        try:
            got = await fetch(app, claim, place, reporter)
        except NotToBeHad as error:
            if error.failure in _FROM_THE_BEGINNING or error.failure is claim.failure is FailureCode.UNKNOWN:
                await in_thread(place.empty)
            raise
        await store(app, claim, place, reporter, got)


def _is_away(error: Exception) -> bool:
    """It is the database or a service of ours that is not there: nothing speaks against the video or the disk."""
    if isinstance(error, OSError):
        return isinstance(error, TimeoutError | ConnectionError)
    return is_outage(error) and not is_too_slow(error)


def _unexpected(error: Exception) -> NotToBeHad:
    log.error("download_failed_unexpectedly", exc_info=error)
    full = isinstance(error, OSError) and error.errno in (28, 122)
    return NotToBeHad(
        FailureCode.NO_SPACE if full else FailureCode.UNKNOWN, f"{type(error).__name__}: {error}"
    )


async def _next(app: YoutubeApp) -> None:
    """After a while, so that YouTube sees nobody in a hurry."""
    if app.workers.leaving:
        return
    rest = app.settings.youtube_pause_seconds * random.uniform(0.5, 1.5)  # noqa: S311
    app.workers.rest(rest)
    async with app.db.transaction() as tx:
        tx.enqueue(DownloadAsset(ticket=uuid7()), delay=timedelta(seconds=rest))
    await tell_queue(app)
