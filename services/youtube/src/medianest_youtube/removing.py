"""Files that are there go, and nobody fetches them again by itself."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as upsert

from medianest_common.contracts.youtube import DownloadStatus
from medianest_common.db import Transaction
from medianest_youtube.app import YoutubeApp
from medianest_youtube.models import Asset, Download, Person, Tombstone
from medianest_youtube.moves import move
from medianest_youtube.repository.assets import Assets
from medianest_youtube.stored_files import delete_stored

_AT_ONCE = 100
_HAS_LEFT = select(Person.id).where(Person.erased_at.is_not(None))
_REASONS = {
    "retention": "A subscription keeps only so much, and this was the oldest of it.",
    "gone_from_plex": "Its file has been deleted in Plex or on the disk.",
}


async def remove_asset(
    app: YoutubeApp,
    tx: Transaction,
    asset: Asset,
    *,
    why: str,
    by: UUID | None = None,
    wishes: Sequence[Download] | None = None,
) -> None:
    """`why` is a reason as `Tombstone` knows them. The asset must be locked; the files go after the commit."""
    now = app.clock.now()
    if wishes is None:
        wishes = await Assets(tx.session).wishes(asset.id)
    for wish in wishes:
        wish.ended_at = wish.ended_at or now
    if by is not None and await tx.session.scalar(_HAS_LEFT.where(Person.id == by)):
        by = None
    stone = upsert(Tombstone).values(video_id=asset.video_id, reason=why, user_id=by, at=now)
    await tx.session.execute(
        stone.on_conflict_do_update(
            index_elements=["video_id"], set_={"reason": why, "user_id": by, "at": now}
        )
    )
    await move(app, tx, asset, DownloadStatus.REMOVED, reason=_REASONS.get(why), wishes=wishes)
    tx.after_commit(lambda: delete_files(app, asset.id))


async def delete_files(app: YoutubeApp, asset_id: UUID) -> None:
    """Of an asset that is removed; may be done again. Who begins it anew before has deleted them (`move`)."""
    async with app.db.transaction() as tx:
        asset = await Assets(tx.session).get(asset_id, lock=True)
        if asset is None or asset.status is not DownloadStatus.REMOVED:
            return
        await delete_stored(app, tx, asset)


async def delete_what_is_left(app: YoutubeApp) -> None:
    """Where the service ended before it could."""
    statement = (
        select(Asset.id)
        .where(Asset.status == DownloadStatus.REMOVED, Asset.files != [])
        .order_by(Asset.status_since)
        .limit(_AT_ONCE)
    )
    async with app.db.transaction() as tx:
        left = list(await tx.session.scalars(statement))
    for asset_id in left:
        await delete_files(app, asset_id)
