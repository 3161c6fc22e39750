"""From the entries of a list to downloads: what is there is joined, what is not is queued, the rest is counted."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Table, func, select, text
from sqlalchemy.dialects.postgresql import insert as upsert

from medianest_common.clock import uuid7
from medianest_common.contracts.youtube import DownloadStatus
from medianest_common.contracts.youtube.profiles import Layout
from medianest_common.db import Transaction
from medianest_youtube.app import YoutubeApp
from medianest_youtube.models import Asset, Download, ListedPlace, Person, Profile, Tombstone
from medianest_youtube.moves import move
from medianest_youtube.quotas import allowance, used
from medianest_youtube.states import OVER
from medianest_youtube.wanted import PARKED, Skip
from medianest_youtube.worker.lines import Entry

_LOOK_AGAIN = timedelta(hours=1)
_TABLE, _WISHES = cast("Table", Asset.__table__), cast("Table", Download.__table__)
_COLUMNS = (
    "id",
    "video_id",
    "profile_id",
    "title",
    "title_words",
    "channel_id",
    "channel",
    "duration_seconds",
    "thumbnail_url",
    "list_id",
    "status",
    "status_since",
    "queued_at",
    "version",
    "created_at",
    "updated_at",
)
_REASONS = {
    Skip.UPCOMING: "It has not begun yet.",
    Skip.LIVE: "It is a live stream that still goes on.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    entry: Entry
    held_up: Skip | None = None
    """Upcoming, or live: it waits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taker:
    """For whom. Somebody who has asked for the whole list also wants another try of what failed."""

    user_id: UUID
    profile_id: UUID
    list_id: str
    batch_id: UUID | None = None
    subscription_id: UUID | None = None


async def take(
    app: YoutubeApp, tx: Transaction, taker: Taker, wanted: Sequence[Wanted], skipped: Counter[str]
) -> int:
    """Returns how many downloads were made; why there are not more is added to `skipped`."""
    by_video = {each.entry.video_id: each for each in wanted}
    skipped[Skip.ALREADY_THERE] += len(wanted) - len(by_video)
    if not by_video:
        return 0
    # Whatever one person wants queues up at their row, so that no quota is passed by two at once.
    gate = select(Person).where(Person.id == taker.user_id).with_for_update(key_share=True)
    person = (await tx.session.scalars(gate)).one()
    deleted = await _deleted(tx, taker, by_video)
    skipped[Skip.TOMBSTONE] += len(deleted)
    theirs = await _theirs(tx, taker, by_video) - deleted
    skipped[Skip.ALREADY_THERE] += len(theirs)
    left = {video: each for video, each in by_video.items() if video not in deleted | theirs}
    if left and await _is_full(app, tx, person):
        skipped[Skip.QUOTA] += len(left)
        return 0
    assets = await _assets(tx, taker, left)
    missing = [each for video, each in left.items() if video not in assets]
    place = await tx.session.get_one(ListedPlace, taker.list_id)
    profile = await tx.session.get_one(Profile, taker.profile_id)
    now = app.clock.now()
    # A microsecond apart, so that the queue keeps the order of the list.
    new = [
        _new_asset(each, taker, place, profile, now=now + timedelta(microseconds=number))
        for number, each in enumerate(missing)
    ]
    added = await _add(tx, new)
    # Somebody else asks for the same at this moment.
    lost = {asset.video_id: left[asset.video_id] for asset in new if asset.video_id not in added}
    assets |= await _assets(tx, taker, lost)
    mine = added | assets
    wishes = await _wish(tx, taker, [mine[video] for video in left if video in mine], now=now)
    for each in missing:
        asset = added.get(each.entry.video_id)
        if asset is not None:
            await _begin(app, tx, asset, each, wishes=[wishes[asset.id]])
    for asset in assets.values():
        if asset.status in OVER or (asset.status is DownloadStatus.FAILED and taker.batch_id):
            await _begin_anew(app, tx, asset, left[asset.video_id])
    return len(wishes)


async def _deleted(tx: Transaction, taker: Taker, videos: Collection[str]) -> set[str]:
    """Somebody has deleted it. What only a rule of retention deleted is gone for those whose rule it was; what
    this subscription has had before it does not want again."""
    found = await tx.session.execute(
        select(Tombstone.video_id).where(
            Tombstone.video_id.in_(videos),
            (Tombstone.reason != "retention") | (Tombstone.user_id == taker.user_id),
        )
    )
    deleted = set(found.scalars())
    if taker.subscription_id is not None:
        had = await tx.session.execute(
            select(Asset.video_id)
            .join(Download, Download.asset_id == Asset.id)
            .where(
                Asset.video_id.in_(videos),
                Download.subscription_id == taker.subscription_id,
                Download.ended_at.is_not(None),
            )
        )
        deleted |= set(had.scalars()) - await _theirs(tx, taker, videos)
    return deleted


async def _theirs(tx: Transaction, taker: Taker, videos: Collection[str]) -> set[str]:
    """What this person has, or has on its way; where a batch asks, not what has failed."""
    statement = (
        select(Asset.video_id)
        .join(Download, Download.asset_id == Asset.id)
        .where(
            Asset.video_id.in_(videos),
            Asset.profile_id == taker.profile_id,
            Download.user_id == taker.user_id,
            Download.ended_at.is_(None),
        )
    )
    if taker.batch_id is not None:
        statement = statement.where(Asset.status.not_in([DownloadStatus.FAILED, *OVER]))
    return set((await tx.session.execute(statement)).scalars())


async def _is_full(app: YoutubeApp, tx: Transaction, person: Person) -> bool:
    """Whether what they have asked for fills their share of the disk already. A list counts as one within the hour,
    which was asked when it was begun; what is followed counts for nothing but its bytes."""
    size = allowance(app, person).size
    return size is not None and (await used(tx.session, person.id, now=app.clock.now())).size >= max(size, 1)


async def _assets(tx: Transaction, taker: Taker, videos: Collection[str]) -> dict[str, Asset]:
    """Locked, always in the same order."""
    if not videos:
        return {}
    statement = (
        select(Asset)
        .where(Asset.video_id.in_(videos), Asset.profile_id == taker.profile_id)
        .order_by(Asset.id)
        .with_for_update(key_share=True)
    )
    return {asset.video_id: asset for asset in await tx.session.scalars(statement)}


def _new_asset(wanted: Wanted, taker: Taker, place: ListedPlace, profile: Profile, *, now: datetime) -> Asset:
    entry = wanted.entry
    own_channel = place.kind == "channel"
    as_episode = profile.choices.get("layout") == Layout.PLAYLIST_SHOW and not own_channel
    return Asset(
        id=uuid7(),
        video_id=entry.video_id,
        profile_id=taker.profile_id,
        title=entry.title.replace("\x00", "") or entry.video_id,
        channel_id=entry.channel_id or (place.channel_id if own_channel else None),
        channel=entry.channel or (place.channel if own_channel else None),
        duration_seconds=None if entry.duration_seconds is None else int(entry.duration_seconds),
        thumbnail_url=entry.thumbnail_url,
        list_id=place.id if as_episode else None,
        status=DownloadStatus.WAITING if wanted.held_up else DownloadStatus.QUEUED,
        status_since=now,
        queued_at=now,
        version=0,
        created_at=now,
        updated_at=now,
    )


async def _add(tx: Transaction, assets: Sequence[Asset]) -> dict[str, Asset]:
    """Those that were not there, now in the session."""
    if not assets:
        return {}
    rows: list[dict[str, Any]] = [{name: getattr(asset, name) for name in _COLUMNS} for asset in assets]
    # As parameters, not as values of the statement, which would be compiled anew for each page.
    statement = upsert(_TABLE).on_conflict_do_nothing().returning(_TABLE.c.id)
    added = (await tx.session.execute(statement, rows)).scalars().all()
    found = await tx.session.scalars(select(Asset).where(Asset.id.in_(added)))
    return {asset.video_id: asset for asset in found}


async def _wish(
    tx: Transaction, taker: Taker, assets: Sequence[Asset], *, now: datetime
) -> Mapping[UUID, Download]:
    """By asset. One person never wants the same twice."""
    if not assets:
        return {}
    rows = [
        {
            "id": wish_id,
            "user_id": taker.user_id,
            "asset_id": asset.id,
            "batch_id": taker.batch_id,
            "subscription_id": taker.subscription_id,
            "created_at": now,
        }
        for wish_id, asset in zip(sorted(uuid7() for _ in assets), assets, strict=True)
    ]
    statement = upsert(_WISHES)
    again = statement.on_conflict_do_update(
        index_elements=["user_id", "asset_id"],
        index_where=text("ended_at is null"),
        set_={"batch_id": func.coalesce(statement.excluded.batch_id, _WISHES.c.batch_id)},
    ).returning(_WISHES.c.id)
    made = (await tx.session.execute(again, rows)).scalars().all()
    found = await tx.session.scalars(select(Download).where(Download.id.in_(made)))
    return {wish.asset_id: wish for wish in found}


async def _begin(
    app: YoutubeApp, tx: Transaction, asset: Asset, wanted: Wanted, *, wishes: Sequence[Download] | None
) -> None:
    if wanted.held_up not in PARKED:
        await move(app, tx, asset, DownloadStatus.QUEUED, wishes=wishes)
        return
    await move(
        app,
        tx,
        asset,
        DownloadStatus.WAITING,
        reason=_REASONS[wanted.held_up],
        not_before=_begins(wanted, now=app.clock.now()),
        wishes=wishes,
    )


async def _begin_anew(app: YoutubeApp, tx: Transaction, asset: Asset, wanted: Wanted) -> None:
    asset.attempts = asset.failures = 0
    asset.failure = asset.failure_text = None
    asset.queued_at = app.clock.now()
    await _begin(app, tx, asset, wanted, wishes=None)


def _begins(wanted: Wanted, *, now: datetime) -> datetime:
    """When a premiere is said to begin; else it is looked at again after a while."""
    timestamp = wanted.entry.published_at
    if wanted.held_up is Skip.UPCOMING and timestamp is not None:
        try:
            return max(datetime.fromtimestamp(timestamp, UTC), now) + timedelta(minutes=2)
        except (OverflowError, ValueError, OSError):
            pass
    return now + _LOOK_AGAIN
