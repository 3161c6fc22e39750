"""One process of yt-dlp and what it says, from its start until the file lies in the staging folder."""

import asyncio
from dataclasses import dataclass
from datetime import date
from math import ceil

import structlog
from sqlalchemy.exc import SQLAlchemyError

from medianest_common.contracts.youtube import DownloadStatus, FailureCode
from medianest_common.contracts.youtube.downloads import ProgressStep
from medianest_common.errors import MediaNestError
from medianest_youtube.app import YoutubeApp
from medianest_youtube.claiming import Claim, held
from medianest_youtube.disk import disk_is_full, room, still_to_come
from medianest_youtube.failures import NotToBeHad, wants_cookies
from medianest_youtube.moves import move
from medianest_youtube.pace import Pace, keep_pace
from medianest_youtube.reporting import Reporter
from medianest_youtube.repository.assets import Assets
from medianest_youtube.staging import Staging
from medianest_youtube.urls import VideoLink
from medianest_youtube.worker.child_process import Child
from medianest_youtube.worker.lines import Done, Failed, StepTaken, Transferred, VideoFound
from medianest_youtube.worker.runner import DownloadOrder
from medianest_youtube.workers import beside

log = structlog.get_logger()

_DISK_SECONDS = 5.0
_KILL_GRACE = 0.3


class DiskFull(NotToBeHad):
    """`reason` says how much is missing, and what would help."""

    def __init__(self, reason: str) -> None:
        super().__init__(FailureCode.NO_SPACE, reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Fetched:
    video: VideoFound
    done: Done


async def fetch(app: YoutubeApp, claim: Claim, place: Staging, reporter: Reporter) -> Fetched:
    """Without cookies, and again with them where nothing else helps. Raises `NotToBeHad`, `LeaseLost`."""
    cookies = None
    if claim.failure is not None and wants_cookies(claim.failure):
        cookies = await app.cookies.load()
    try:
        return await _fetch(app, claim, place, reporter, cookies=cookies)
    except NotToBeHad as error:
        if cookies is not None or not wants_cookies(error.failure):
            raise
        cookies = await app.cookies.load()
        if cookies is None:
            raise
    return await _fetch(app, claim, place, reporter, cookies=cookies)


async def _fetch(
    app: YoutubeApp, claim: Claim, place: Staging, reporter: Reporter, *, cookies: str | None
) -> Fetched:
    order = DownloadOrder(
        link=VideoLink(claim.video_id), choices=claim.choices, staging=place.folder, cookies=cookies
    )
    try:
        child = await app.runner.download(order)
    except MediaNestError as error:
        raise NotToBeHad(FailureCode.CRASHED, str(error)) from error
    settings, clock = app.settings, app.clock
    pace = Pace(
        begun=clock.monotonic(),
        window=settings.youtube_slow_seconds,
        floor=settings.youtube_slow_bytes,
        rate=settings.youtube_slow_rate,
    )
    try:
        return await beside(
            _listen(app, claim, reporter, child, pace), _guard_disk(app, claim), keep_pace(pace, clock=clock)
        )
    finally:
        await child.kill(grace=_KILL_GRACE)


async def _listen(app: YoutubeApp, claim: Claim, reporter: Reporter, child: Child, pace: Pace) -> Fetched:
    video: VideoFound | None = None
    processing = False
    async for line in child.lines():
        match line:
            case VideoFound():
                video = line
                pace.learn(size=line.size_estimate, seconds=line.duration_seconds)
                await _learn(app, claim, line)
            case Transferred():
                pace.transferred(line.downloaded_bytes, total=line.total_bytes, now=app.clock.monotonic())
                reporter.transferred(line)
            case StepTaken():
                pace.take_step(line.step, now=app.clock.monotonic())
                reporter.step(line.step)
                if not processing and line.step not in (ProgressStep.STARTING, ProgressStep.DOWNLOADING):
                    processing = True
                    await _is_processing(app, claim)
            case Failed():
                raise NotToBeHad(line.code, line.text, release_timestamp=line.release_timestamp)
            case Done():
                if video is None or line.media is None:
                    break
                return Fetched(video, line)
            case _:
                continue
    raise NotToBeHad(FailureCode.CRASHED, "It ended without a word.")


async def _learn(app: YoutubeApp, claim: Claim, video: VideoFound) -> None:
    """Raises `DiskFull` where there is no room for it besides what others are still going to write."""
    async with app.db.transaction() as tx:
        assets = Assets(tx.session)
        # One after the other, or two at once count on the same room.
        await assets.alone_at_the_slots()
        asset = await held(tx, claim)
        asset.title = video.title
        asset.channel, asset.channel_id = video.channel, video.channel_id
        asset.description = video.description
        asset.duration_seconds = ceil(video.duration_seconds) if video.duration_seconds else None
        asset.published_on = date.fromisoformat(video.published_on) if video.published_on else None
        asset.thumbnail_url = video.thumbnail_url
        asset.size = video.size_estimate
        asset.updated_at = app.clock.now()
        await tx.session.flush()
        running = await assets.in_progress(now=app.clock.now())
        missing = sum(await still_to_come(app, running)) - await room(app)
    if video.size_estimate is not None and missing > 0:
        raise DiskFull(disk_is_full(app, missing=missing))


async def _is_processing(app: YoutubeApp, claim: Claim) -> None:
    async with app.db.transaction() as tx:
        asset = await held(tx, claim)
        if asset.status is not DownloadStatus.PROCESSING:
            await move(app, tx, asset, DownloadStatus.PROCESSING)


async def _guard_disk(app: YoutubeApp, claim: Claim) -> None:
    """Raises `DiskFull` while something still fits, and not when nothing does any more. The most urgent have their
    room first, so that the others stop, and not all of them for want of the little that is missing.
    """
    while True:
        await asyncio.sleep(_DISK_SECONDS)
        left = await room(app)
        if left < 0:
            raise DiskFull(disk_is_full(app, missing=-left))
        missing = await _promised_up_to(app, claim) - left
        if missing > 0:
            raise DiskFull(disk_is_full(app, missing=missing))


async def _promised_up_to(app: YoutubeApp, claim: Claim) -> int:
    """What this one and the more urgent ones are still going to write; 0 where nobody can say."""
    try:
        async with asyncio.timeout(_DISK_SECONDS), app.db.transaction() as tx:
            running = await Assets(tx.session).in_progress(now=app.clock.now())
    except (SQLAlchemyError, OSError) as error:
        # The download goes on: whether it may is for its lease to say.
        log.debug("running_downloads_not_read", error=type(error).__name__)
        return 0
    ids = [each.asset_id for each in running]
    if claim.lease.asset_id not in ids:
        return 0
    return sum(await still_to_come(app, running[: ids.index(claim.lease.asset_id) + 1]))
