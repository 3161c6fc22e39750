"""Many downloads end at once, each for itself: a batch is cancelled, a list is followed no more, room is made."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from medianest_common.contracts.personal import NOBODY
from medianest_common.contracts.youtube.jobs import EndDownloads
from medianest_common.db import Transaction
from medianest_youtube.app import YoutubeApp
from medianest_youtube.models import Download
from medianest_youtube.ownership import others_who_want
from medianest_youtube.removing import remove_asset
from medianest_youtube.repository.assets import Assets
from medianest_youtube.states import STORED, TO_COME
from medianest_youtube.stopping import stop_everywhere
from medianest_youtube.use_cases.remove_download import withdraw

_AT_ONCE = 100


def end_later(
    tx: Transaction,
    download_ids: Sequence[UUID],
    *,
    files: bool = False,
    why: str = "deleted",
    by: UUID | None = None,
) -> None:
    """Once this transaction is through, however many they are."""
    for start in range(0, len(download_ids), _AT_ONCE):
        some = list(download_ids[start : start + _AT_ONCE])
        tx.enqueue(EndDownloads(download_ids=some, files=files, why=why, by=by))


async def end_downloads(app: YoutubeApp, job: EndDownloads) -> None:
    """May be done again: what has ended is passed over."""
    for download_id in job.download_ids:
        stopped = await _end(app, download_id, job)
        if stopped is not None:
            await stop_everywhere(app, stopped)


async def _end(app: YoutubeApp, download_id: UUID, job: EndDownloads) -> UUID | None:
    """The asset, if nobody waits for it any more."""
    async with app.db.transaction() as tx:
        asset_id = await tx.session.scalar(select(Download.asset_id).where(Download.id == download_id))
        asset = await Assets(tx.session).get(asset_id, lock=True) if asset_id else None
        wish = await tx.session.get(Download, download_id, with_for_update={"key_share": True})
        if asset is None or wish is None or wish.ended_at is not None:
            return None
        others = await others_who_want(tx, wish)
        if wish.user_id == NOBODY and (others or asset.status not in STORED):
            # Of somebody who has left only what the household would not have otherwise stays.
            alone = asset.status not in STORED and await withdraw(app, tx, wish, asset, others)
            await tx.session.delete(wish)
            return asset.id if alone else None
        if asset.status in TO_COME:
            return asset.id if await withdraw(app, tx, wish, asset, others) else None
        if not job.files or asset.pinned or asset.status not in STORED:
            return None
        if others:
            wish.ended_at = app.clock.now()
        else:
            await remove_asset(app, tx, asset, why=job.why, by=job.by)
        return None
