"""One process of yt-dlp and what it says, from its start until the file lies in the staging folder."""

import asyncio
from dataclasses import dataclass
from datetime import date
from math import ceil

from medianest_common.contracts.youtube import DownloadStatus, FailureCode
from medianest_common.contracts.youtube.downloads import ProgressStep
from medianest_common.errors import MediaNestError
from medianest_youtube.app import YoutubeApp
from medianest_youtube.claiming import Claim, held
from medianest_youtube.disk import disk_is_full, room
from medianest_youtube.failures import NotToBeHad, Retry, consequence
from medianest_youtube.moves import move
from medianest_youtube.reporting import Reporter
from medianest_youtube.staging import Staging
from medianest_youtube.urls import VideoLink
from medianest_youtube.worker.child_process import Child
from medianest_youtube.worker.lines import Done, Failed, StepTaken, Transferred, VideoFound
from medianest_youtube.worker.runner import DownloadOrder
from medianest_youtube.workers import beside, in_thread

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


def wants_cookies(code: FailureCode) -> bool:
    """An account's cookies would help. They are used for nothing else, since YouTube blocks accounts that download."""
    return consequence(code).retry is Retry.WITH_COOKIES or code is FailureCode.BOT_CHECK


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
    try:
        return await beside(_listen(app, claim, place, reporter, child), _guard_disk(app))
    finally:
        await child.kill(grace=_KILL_GRACE)


async def _listen(app: YoutubeApp, claim: Claim, place: Staging, reporter: Reporter, child: Child) -> Fetched:
    video: VideoFound | None = None
    processing = False
    async for line in child.lines():
        match line:
            case VideoFound():
                video = line
                await _learn(app, claim, line)
                await _check_room_for(app, place, line)
            case Transferred():
                reporter.transferred(line)
            case StepTaken():
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
    async with app.db.transaction() as tx:
        asset = await held(tx, claim)
        asset.title = video.title
        asset.channel, asset.channel_id = video.channel, video.channel_id
        asset.description = video.description
        asset.duration_seconds = ceil(video.duration_seconds) if video.duration_seconds else None
        asset.published_on = date.fromisoformat(video.published_on) if video.published_on else None
        asset.thumbnail_url = video.thumbnail_url
        asset.size = video.size_estimate
        asset.updated_at = app.clock.now()


async def _is_processing(app: YoutubeApp, claim: Claim) -> None:
    async with app.db.transaction() as tx:
        asset = await held(tx, claim)
        if asset.status is not DownloadStatus.PROCESSING:
            await move(app, tx, asset, DownloadStatus.PROCESSING)


async def _check_room_for(app: YoutubeApp, place: Staging, video: VideoFound) -> None:
    """Twice its size, since its streams lie beside the file that is made of them. Raises `DiskFull`."""
    if video.size_estimate is None:
        return
    there = await in_thread(lambda: place.size)
    missing = 2 * video.size_estimate - there - await room(app)
    if missing > 0:
        raise DiskFull(disk_is_full(app, missing=missing))


async def _guard_disk(app: YoutubeApp) -> None:
    """Raises `DiskFull` while something still fits, and not when nothing does any more."""
    while True:
        await asyncio.sleep(_DISK_SECONDS)
        left = await room(app)
        if left < 0:
            raise DiskFull(disk_is_full(app, missing=-left))
