"""The right to work on an asset: taken, kept, given back."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy.exc import SQLAlchemyError

from medianest_common.contracts.youtube import DownloadStatus, FailureCode
from medianest_common.contracts.youtube.profiles import ProfileChoices
from medianest_common.db import Transaction
from medianest_youtube.app import YoutubeApp
from medianest_youtube.disk import DiskSilent, disk_is_full, lying, promises, room
from medianest_youtube.equipped import another_is_equipped, say_equipped
from medianest_youtube.models import Asset, Profile
from medianest_youtube.moves import move
from medianest_youtube.pausing import go_on, is_closed, may_have_ffmpeg, trip
from medianest_youtube.repository.assets import Assets, Lease
from medianest_youtube.repository.pauses import Pauses
from medianest_youtube.workers import in_thread

log = structlog.get_logger()


class LeaseLost(Exception):
    """The asset has been stopped, or is somebody else's by now. Nothing may be written any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """`failure` is how the attempt before this one ended."""

    lease: Lease
    video_id: str
    choices: ProfileChoices
    profile: str | None
    begun: datetime
    failure: FailureCode | None
    published_on: date | None


async def claim_next(app: YoutubeApp) -> Claim | None:
    """The most urgent download, if there is a slot, no pause, and room on the disk."""
    now = app.clock.now()
    try:
        free, there = await _measured(app)
    except DiskSilent:
        log.warning("disk_not_measured")
        return None
    lack = await in_thread(app.tools.lack_of_ffmpeg)
    if lack is None:
        await say_equipped(app)
    elif await another_is_equipped(app):
        return None
    async with app.db.transaction() as tx:
        assets = Assets(tx.session)
        await assets.alone_at_the_slots()
        running = await assets.in_progress(now=now)
        pause = await Pauses(tx.session).open()
        if lack is None and may_have_ffmpeg(pause, now=now):
            await go_on(app, tx)
            return None
        if len(running) >= app.settings.youtube_slots or is_closed(pause, now=now, running=len(running)):
            return None
        if lack is not None:
            # Held, and not tried: everything would be fetched for nothing.
            if await assets.count(Asset.status == DownloadStatus.QUEUED):
                await trip(app, tx, FailureCode.FFMPEG_MISSING, begun=now, reason=lack)
            return None
        if await _day_is_full(app, tx, running=len(running), now=now):
            return None
        left = max(free - sum(promises(running, there)), 0)
        # Looking up one more would only tell that it has to wait too.
        unknown = left > 0 and not await assets.wait_for_room(left=left, free=free)
        asset = await assets.next_claimable(room=left, unknown=unknown)
        if free < 0 or (asset is None and await assets.count(Asset.status == DownloadStatus.QUEUED)):
            await _see_whether_the_disk_is_full(app, tx, free=free, begun=now)
            return None
        if asset is None:
            return None
        asset.epoch += 1
        asset.attempts += 1
        asset.worker = app.workers.name
        asset.lease_until = now + lease_length(app)
        await move(app, tx, asset, DownloadStatus.DOWNLOADING)
        profile = await tx.session.get_one(Profile, asset.profile_id)
        return Claim(
            lease=Lease(asset.id, asset.epoch),
            video_id=asset.video_id,
            choices=ProfileChoices.model_validate(profile.choices),
            profile=profile.name,
            begun=now,
            failure=asset.failure,
            published_on=asset.published_on,
        )


async def _measured(app: YoutubeApp) -> tuple[int, Mapping[UUID, int | None]]:
    """The room, and what lies there of those that run; before anybody is kept waiting, since a disk may take its time.
    Raises `DiskSilent`.
    """
    async with app.db.transaction() as tx:
        running = await Assets(tx.session).in_progress(now=app.clock.now())
    return await room(app), await lying(app, running)


async def _day_is_full(app: YoutubeApp, tx: Transaction, *, running: int, now: datetime) -> bool:
    """The day is UTC's, or what is left of it since an administrator has let the queue go on."""
    limit, assets = app.settings.youtube_downloads_per_day, Assets(tx.session)
    if not limit or not await assets.count(Asset.status == DownloadStatus.QUEUED):
        return False
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    since = max(await Pauses(tx.session).last_end(FailureCode.DAILY_LIMIT) or midnight, midnight)
    if running + await assets.count(Asset.stored_at >= since) < limit:
        return False
    await trip(app, tx, FailureCode.DAILY_LIMIT, begun=now, until=midnight + timedelta(days=1))
    return True


async def _see_whether_the_disk_is_full(
    app: YoutubeApp, tx: Transaction, *, free: int, begun: datetime
) -> None:
    assets = Assets(tx.session)
    smallest = await assets.least_size_queued()
    if smallest is None:
        return
    missing = 2 * smallest - free
    if missing <= 0:
        return  # there is room: once those that run have had theirs, or when nobody holds the row any more
    await trip(app, tx, FailureCode.NO_SPACE, begun=begun, reason=disk_is_full(app, missing=missing))


def lease_length(app: YoutubeApp) -> timedelta:
    return timedelta(seconds=app.settings.youtube_lease_seconds)


async def keep(app: YoutubeApp, claim: Claim) -> None:
    """Runs beside the work. Raises `LeaseLost`, also when nobody can say whether it is still good."""
    length = lease_length(app)
    good_until = claim.begun + length
    while True:
        await asyncio.sleep(length.total_seconds() / 4)
        now = app.clock.now()
        try:
            async with asyncio.timeout(length.total_seconds() / 4), app.db.transaction() as tx:
                good = await Assets(tx.session).renew(claim.lease, until=now + length)
        except (SQLAlchemyError, OSError, TimeoutError) as error:
            log.warning("lease_not_renewed", asset_id=str(claim.lease.asset_id), error=type(error).__name__)
            if app.clock.now() >= good_until:
                raise LeaseLost from error
            continue
        if not good:
            raise LeaseLost
        good_until = now + length


async def held(tx: Transaction, claim: Claim) -> Asset:
    """The asset, locked. Raises `LeaseLost`."""
    asset = await Assets(tx.session).held(claim.lease)
    if asset is None:
        raise LeaseLost
    return asset


async def give_back(app: YoutubeApp, claim: Claim, *, delay: timedelta | None = None) -> None:
    """For somebody else, at once or after a while; it was no attempt."""
    async with app.db.transaction() as tx:
        asset = await Assets(tx.session).held(claim.lease)
        if asset is None:
            return
        asset.attempts -= 1
        if delay is None:
            await move(app, tx, asset, DownloadStatus.QUEUED)
        else:
            await move(app, tx, asset, DownloadStatus.WAITING, not_before=app.clock.now() + delay)
