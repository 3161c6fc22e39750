from sqlalchemy import select

from medianest_common.contracts.plex.arriving import ArrangeCollection
from medianest_common.contracts.youtube.jobs import KeepCollection
from medianest_youtube.app import YoutubeApp
from medianest_youtube.models import Asset, Download, ListEntry
from medianest_youtube.plex_collections import belongs_into

_TIMEOUT = 60.0
_MOST = 5_000


async def keep_collection(app: YoutubeApp, job: KeepCollection) -> None:
    """What is ready of the list, as the list stands now; what has left the list goes last."""
    keys = (
        select(Asset.plex_rating_key)
        .join(ListEntry, ListEntry.video_id == Asset.video_id)
        .join(Download, Download.asset_id == Asset.id)
        .where(Asset.plex_library_key == job.library_key, belongs_into(job.list_id, job.collection))
        .group_by(Asset.plex_rating_key, ListEntry.position, ListEntry.gone_at, ListEntry.ordinal)
        .order_by(ListEntry.gone_at.is_not(None), ListEntry.position, ListEntry.ordinal)
        .limit(_MOST)
    )
    async with app.db.read() as connection:
        ordered = [key for (key,) in await connection.execute(keys) if key]
    if ordered:
        await app.bus.call(
            ArrangeCollection(library_key=job.library_key, title=job.collection, rating_keys=ordered),
            timeout=_TIMEOUT,
        )
