"""A download that runs is stopped, in whichever replica. The state comes first: who misses the call sees the row."""

from uuid import UUID

from medianest_common.contracts.youtube.queue import STOP_DOWNLOAD
from medianest_youtube.app import YoutubeApp
from medianest_youtube.use_cases.clear_staging import clear_staging


async def stop_everywhere(app: YoutubeApp, asset_id: UUID) -> None:
    """Here its processes are gone when this returns; elsewhere within a moment."""
    await app.bus.publish_live(STOP_DOWNLOAD, asset_id.hex.encode())
    if not await app.workers.stop(asset_id):
        await clear_staging(app, asset_id)


async def hear_stop(app: YoutubeApp, body: bytes) -> None:
    await app.workers.stop(UUID(hex=body.decode()))
