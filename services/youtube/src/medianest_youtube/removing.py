"""Files that are there go, and nobody fetches them again by itself."""

from collections.abc import Sequence
from pathlib import PurePosixPath
from uuid import UUID

import structlog
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as upsert

from medianest_common.contracts.youtube import DownloadStatus
from medianest_common.db import Transaction
from medianest_youtube.app import YoutubeApp
from medianest_youtube.models import Asset, Download, Person, Tombstone
from medianest_youtube.moves import move
from medianest_youtube.naming import show_of, within
from medianest_youtube.repository.assets import Assets
from medianest_youtube.show_art import drop_art
from medianest_youtube.staging import remove_file
from medianest_youtube.workers import in_thread

log = structlog.get_logger()

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
    """Of an asset that is removed; may be done again. Nobody begins it anew meanwhile."""
    async with app.db.transaction() as tx:
        asset = await Assets(tx.session).get(asset_id, lock=True)
        if asset is None or asset.status is not DownloadStatus.REMOVED:
            return
        names = [PurePosixPath(name) for name in asset.files]
        await in_thread(lambda: _delete(app, names))
        shows = {str(place.show) for name in names if (place := show_of(name))}
        await drop_art(app, tx, shows)
        asset.files, asset.path, asset.size, asset.media = [], None, None, None
    log.info("files_deleted", asset_id=str(asset_id), files=len(names))


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


def _delete(app: YoutubeApp, names: Sequence[PurePosixPath]) -> None:
    for name in names:
        remove_file(within(app.folder, name), root=app.folder)
