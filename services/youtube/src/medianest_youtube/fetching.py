"""One process of yt-dlp and what it says, from its start until the file lies in the staging folder."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from math import ceil

import structlog
from sqlalchemy.exc import SQLAlchemyError

from medianest_common.contracts.youtube import DownloadStatus, FailureCode
from medianest_common.contracts.youtube.downloads import ProgressStep
from medianest_common.errors import MediaNestError
from medianest_youtube.app import YoutubeApp
from medianest_youtube.claiming import Claim, held
from medianest_youtube.disk import DiskSilent, disk_is_full, room, room_is_promised, still_to_come
from medianest_youtube.failures import NotToBeHad, wants_cookies
from medianest_youtube.moves import move
from medianest_youtube.pace import Pace, keep_pace
from medianest_youtube.reporting import Reporter
from medianest_youtube.repository.assets import Assets, Running
from medianest_youtube.staging import Staging
from medianest_youtube.urls import VideoLink
from medianest_youtube.worker.child_process import Child
from medianest_youtube.worker.lines import Done, Failed, StepTaken, Transferred, VideoFound
from medianest_youtube.worker.runner import DownloadOrder
from medianest_youtube.workers import beside

log = structlog.get_logger()

_DISK_SECONDS = 5.0
_KILL_GRACE = 0.3
_REFUSALS = 3
"""Of a channel's videos for members, with the cookies; then the account is not taken for a member's."""


class DiskFull(NotToBeHad):
    """`reason` says how much is missing, and what would help. `promised`: there is room, which others need first."""

    def __init__(self, reason: str, *, promised: bool = False) -> None:
        super().__init__(FailureCode.NO_SPACE, reason)
        self.reason, self.promised = reason, promised


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
        kept = await app.cookies.kept()
        if kept is None or kept.file is None or await _is_no_member(app, claim, error, since=kept.set_at):
            raise
        cookies = kept.file
    return await _fetch(app, claim, place, reporter, cookies=cookies)


async def _is_no_member(app: YoutubeApp, claim: Claim, error: NotToBeHad, *, since: datetime) -> bool:
    """The account has been refused often enough by this channel since it was set, and is not worn out any more."""
    if error.failure is not FailureCode.MEMBERS_ONLY:
        return False
    async with app.db.transaction() as tx:
        return await Assets(tx.session).refused_to_members(claim.lease.asset_id, since=since, times=_REFUSALS)


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
    """Raises `DiskFull` where there is no room for it."""
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
    if video.size_estimate is not None:
        await _demand_room(app, claim, running)


async def _is_processing(app: YoutubeApp, claim: Claim) -> None:
    async with app.db.transaction() as tx:
        asset = await held(tx, claim)
        if asset.status is not DownloadStatus.PROCESSING:
            await move(app, tx, asset, DownloadStatus.PROCESSING)


async def _guard_disk(app: YoutubeApp, claim: Claim) -> None:
    """Raises `DiskFull` while something still fits, and not when nothing does any more."""
    while True:
        await asyncio.sleep(_DISK_SECONDS)
        await _demand_room(app, claim, await _running(app))


async def _running(app: YoutubeApp) -> Sequence[Running]:
    """The most urgent first; none where nobody can say."""
    try:
        async with asyncio.timeout(_DISK_SECONDS), app.db.transaction() as tx:
            return await Assets(tx.session).in_progress(now=app.clock.now())
    except (SQLAlchemyError, OSError) as error:
        # The download goes on: whether it may is for its lease to say.
        log.debug("running_downloads_not_read", error=type(error).__name__)
        return []


async def _demand_room(app: YoutubeApp, claim: Claim, running: Sequence[Running]) -> None:
    """For what it is still going to write. The most urgent have their room first, so that the others stop, and not all
    of them for want of the little that is missing. Raises `DiskFull`.
    """
    ids = [each.asset_id for each in running]
    first = running[: ids.index(claim.lease.asset_id) + 1] if claim.lease.asset_id in ids else []
    try:
        left = await room(app)
        promised = await still_to_come(app, first)
    except DiskSilent:
        # If it stays like this nothing is written any more, and the download is stopped for that.
        log.warning("disk_not_measured", asset_id=str(claim.lease.asset_id))
        return
    missing = (promised[-1] if promised else 0) - left
    if missing > 0:
        raise DiskFull(disk_is_full(app, missing=missing))
    if sum(promised) > left:
        raise DiskFull(room_is_promised(), promised=True)
