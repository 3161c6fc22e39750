"""A person asks for a video, a playlist or a channel.

What decides is in the database, behind the person's row: whether they have it already, what others have, and what is
left of their quota. YouTube is not asked here, so that it need not be there for somebody to ask.
"""

from http import HTTPStatus

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert as upsert

from medianest_common.bus import require_caller
from medianest_common.clock import uuid7
from medianest_common.contracts.youtube import DownloadStatus
from medianest_common.contracts.youtube.downloads import (
    BatchStatus,
    StartDownload,
    Started,
)
from medianest_common.contracts.youtube.jobs import IndexList
from medianest_common.db import Transaction
from medianest_common.errors import Conflict, FieldError, Invalid, MediaNestError
from medianest_common.folding import fold
from medianest_youtube.app import YoutubeApp
from medianest_youtube.choosing import chosen_profile
from medianest_youtube.disk import disk_is_full, room_for_more
from medianest_youtube.models import Asset, Batch, Download, Person, Profile, Tombstone
from medianest_youtube.moves import move
from medianest_youtube.quotas import demand_quota
from medianest_youtube.repository.people import People
from medianest_youtube.states import OVER
from medianest_youtube.urls import (
    ChannelLink,
    Link,
    PlaylistLink,
    SingleLink,
    UnsupportedUrl,
    VideoInList,
    VideoLink,
    parse_link,
)
from medianest_youtube.use_cases.get_download import get_download
from medianest_youtube.use_cases.list_batches import shown_batch


class DuplicateDownload(Conflict):
    """`link` leads to the one that there is, `downloadId` names it."""

    title = "You have asked for this already"


class VideoOrPlaylist(Invalid):
    """The link means either; `videoUrl` and `playlistUrl` are the two."""

    title = "The link names a video in a playlist"


class NoSpace(MediaNestError):
    """`free`, `reserve` and `missing` are bytes."""

    status, title = HTTPStatus.INSUFFICIENT_STORAGE, "The disk of the downloads is full"


async def start_download(app: YoutubeApp, command: StartDownload) -> Started:
    """Raises `UnsupportedUrl`, `VideoOrPlaylist`, `NoSuchProfile`, `ImpossibleProfile`, `DuplicateDownload`,
    `QuotaExceeded`, `NoSpace`, `DiskSilent`.
    """
    caller = require_caller()
    link = meant(parse_link(command.url), playlist=command.playlist)
    _check_fields(command, link)
    left = await room_for_more(app)
    async with app.db.transaction() as tx:
        person = await People(tx.session).in_turn(caller)
        profile = await chosen_profile(
            app, tx, profile_id=command.profile_id, quality=command.quality, format=command.format
        )
        if isinstance(link, VideoLink):
            wish = await _ask_for_video(app, tx, link, person, profile, command=command, left=left)
            batch = None
        else:
            wish, batch = None, await _ask_for_list(app, tx, link, person, profile, command, left=left)
    if wish is not None:
        return Started(download=await get_download(app, wish.id))
    assert batch is not None
    return Started(batch=await shown_batch(app, batch.id, to=caller))


def meant(link: Link, *, playlist: bool | None) -> SingleLink:
    """Raises `VideoOrPlaylist` where only the person can say."""
    if isinstance(link, VideoInList):
        if playlist is None:
            raise VideoOrPlaylist(
                'Say which is wanted: `"playlist": true` for the whole list, `false` for the video alone.',
                errors=[FieldError("playlist", "Say true or false.")],
                videoUrl=link.video.url,
                playlistUrl=link.playlist.url,
            )
        return link.playlist if playlist else link.video
    if playlist and isinstance(link, VideoLink):
        raise UnsupportedUrl("This link names a single video and no playlist.")
    if playlist is False and not isinstance(link, VideoLink):
        raise UnsupportedUrl("This link names a playlist or channel and no single video.")
    return link


def _check_fields(command: StartDownload, link: SingleLink) -> None:
    errors = []
    if isinstance(link, VideoLink):
        if command.limit is not None:
            errors.append(FieldError("limit", "Only of a playlist or channel."))
        if command.collection is not None:
            errors.append(FieldError("collection", "Only for a playlist or channel."))
    elif command.priority:
        errors.append(FieldError("priority", "Only a single video can be hurried."))
    if command.collection is not None and not command.collection.strip():
        errors.append(FieldError("collection", "A collection has a name."))
    if errors:
        raise Invalid("Some of this does not go together with what the link names.", errors=errors)


async def _ask_for_video(
    app: YoutubeApp,
    tx: Transaction,
    link: VideoLink,
    person: Person,
    profile: Profile,
    *,
    command: StartDownload,
    left: int,
) -> Download:
    now = app.clock.now()
    asset, is_new = await _asset(app, tx, link, profile, priority=command.priority)
    over = is_new or asset.status in {*OVER, DownloadStatus.FAILED}
    mine = await _wish_of(tx, person, asset)
    if mine is not None:
        if not over:
            raise _duplicate(app, mine)
        # What became of it before stays counted, and is not shown beside the new one.
        mine.ended_at = mine.removed_at = now
        await tx.session.flush()
    if over:
        if left <= 2 * (asset.size or 0):
            raise _no_space(app, missing=2 * (asset.size or 0) - left, left=left)
        await demand_quota(app, tx.session, person, more_bytes=asset.size or 0)
    wish = Download(
        id=uuid7(),
        user_id=person.id,
        asset_id=asset.id,
        batch_id=mine.batch_id if mine else None,
        subscription_id=mine.subscription_id if mine else None,
        counted_at=now if over else None,
        created_at=now,
    )
    tx.session.add(wish)
    # Whoever asks for it by name wants it, whatever somebody did before.
    await tx.session.execute(delete(Tombstone).where(Tombstone.video_id == link.video_id))
    asset.priority = asset.priority or command.priority
    if over or asset.status is DownloadStatus.PAUSED:
        await _begin(app, tx, asset)
    await tx.session.flush()
    return wish


async def _begin(app: YoutubeApp, tx: Transaction, asset: Asset) -> None:
    asset.attempts = asset.failures = 0
    asset.failure = asset.failure_text = None
    if asset.status is not DownloadStatus.PAUSED:
        asset.queued_at = app.clock.now()
    await move(app, tx, asset, DownloadStatus.QUEUED)


async def _asset(
    app: YoutubeApp, tx: Transaction, link: VideoLink, profile: Profile, *, priority: bool
) -> tuple[Asset, bool]:
    """Locked; and whether it is new. Of two people who ask at the same moment one makes it."""
    now = app.clock.now()
    made = upsert(Asset).values(
        id=uuid7(),
        video_id=link.video_id,
        profile_id=profile.id,
        title=link.video_id,
        title_words=fold(link.video_id),
        status=DownloadStatus.QUEUED,
        status_since=now,
        queued_at=now,
        priority=priority,
        version=0,
        created_at=now,
        updated_at=now,
    )
    statement = made.on_conflict_do_nothing(index_elements=["video_id", "profile_id"]).returning(Asset)
    new = (await tx.session.scalars(statement)).one_or_none()
    if new is not None:
        return new, True
    there = (
        select(Asset)
        .where(Asset.video_id == link.video_id, Asset.profile_id == profile.id)
        .with_for_update(key_share=True)
    )
    return (await tx.session.scalars(there)).one(), False


async def _wish_of(tx: Transaction, person: Person, asset: Asset) -> Download | None:
    statement = select(Download).where(
        Download.user_id == person.id, Download.asset_id == asset.id, Download.ended_at.is_(None)
    )
    return (await tx.session.scalars(statement)).one_or_none()


async def _ask_for_list(
    app: YoutubeApp,
    tx: Transaction,
    link: PlaylistLink | ChannelLink,
    person: Person,
    profile: Profile,
    command: StartDownload,
    *,
    left: int,
) -> Batch:
    now = app.clock.now()
    if left <= 0:
        raise _no_space(app, missing=-left, left=left)
    under_way = select(Batch).where(
        Batch.user_id == person.id,
        Batch.url == link.url,
        Batch.profile_id == profile.id,
        Batch.status.in_([BatchStatus.QUEUED, BatchStatus.INDEXING]),
    )
    if (there := (await tx.session.scalars(under_way.limit(1))).first()) is not None:
        raise DuplicateDownload(
            "You have asked for this list already, and it is still being read.",
            batchId=str(there.id),
            link=f"{app.settings.base_path}/api/v1/youtube/batches/{there.id}",
        )
    await demand_quota(app, tx.session, person)
    batch = Batch(
        id=uuid7(),
        user_id=person.id,
        kind=link.kind,
        url=link.url,
        profile_id=profile.id,
        collection=command.collection.strip() if command.collection else None,
        most=command.limit,
        status=BatchStatus.QUEUED,
        queued_at=now,
        created_at=now,
    )
    tx.session.add(batch)
    tx.enqueue(IndexList(ticket=uuid7()))
    await tx.session.flush()
    return batch


def _duplicate(app: YoutubeApp, mine: Download) -> DuplicateDownload:
    return DuplicateDownload(
        "You have asked for this video in this profile already.",
        downloadId=str(mine.id),
        link=f"{app.settings.base_path}/api/v1/youtube/downloads/{mine.id}",
    )


def _no_space(app: YoutubeApp, *, missing: int, left: int) -> NoSpace:
    reserve = app.settings.youtube_disk_reserve
    return NoSpace(
        disk_is_full(app, missing=max(missing, 1)),
        free=max(left + reserve, 0),
        reserve=reserve,
        missing=max(missing, 1),
    )
