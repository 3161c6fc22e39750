"""What lies in the staging folder of an asset goes when nothing will ever go on from it."""

from datetime import timedelta
from uuid import UUID

from medianest_common.contracts.youtube import DownloadStatus
from medianest_youtube.app import YoutubeApp
from medianest_youtube.failures import Retry, consequence
from medianest_youtube.models import Asset
from medianest_youtube.repository.assets import Assets
from medianest_youtube.staging import FOLDER, Staging, StagingTaken, staging
from medianest_youtube.states import STORED, TO_COME
from medianest_youtube.workers import in_thread

_FAILED_FOR = timedelta(days=3)


async def clear_staging(app: YoutubeApp, asset_id: UUID) -> None:
    """If it is over. What had been moved into the library for nothing comes out of it again."""
    if not await in_thread((app.folder / FOLDER / asset_id.hex).exists):
        return
    if await _is_kept(app, asset_id):
        return
    try:
        with staging(app.folder, asset_id) as place:
            # Once more: it may have been asked for anew, and be in the library by now.
            async with app.db.transaction() as tx:
                asset = await Assets(tx.session).get(asset_id)
            if asset is not None and is_kept(app, asset):
                return
            stored = asset is not None and asset.status in STORED
            await in_thread(lambda: _clear(place, stored=stored))
    except StagingTaken:
        return  # whoever holds it will come by here


async def clear_leftovers(app: YoutubeApp) -> None:
    """Of whatever was killed before it could tidy up after itself."""
    folders = await in_thread(lambda: [folder.name for folder in (app.folder / FOLDER).glob("*")])
    for name in folders:
        try:
            asset_id = UUID(hex=name)
        except ValueError:
            continue
        if not app.workers.has(asset_id):
            await clear_staging(app, asset_id)


async def _is_kept(app: YoutubeApp, asset_id: UUID) -> bool:
    """Without the lock, which whoever works there at this moment needs."""
    async with app.db.transaction() as tx:
        asset = await Assets(tx.session).get(asset_id)
    return asset is not None and is_kept(app, asset)


def is_kept(app: YoutubeApp, asset: Asset) -> bool:
    if asset.status is DownloadStatus.FAILED and asset.failure is not None:
        lately = asset.status_since > app.clock.now() - _FAILED_FOR
        return lately and consequence(asset.failure).retry is Retry.BACKOFF
    return asset.status in TO_COME


def _clear(place: Staging, *, stored: bool) -> None:
    if not stored:
        place.take_back()
    place.discard()
