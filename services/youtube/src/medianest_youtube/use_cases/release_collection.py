from sqlalchemy import func, select, union

from medianest_common.contracts.plex.arriving import ReleaseFromCollection
from medianest_common.contracts.youtube.jobs import ReleaseCollection
from medianest_youtube.app import YoutubeApp
from medianest_youtube.models import Asset, Batch, Download, ListEntry, Subscription

_TIMEOUT = 60.0


async def release_collection(app: YoutubeApp, job: ReleaseCollection) -> None:
    """What somebody else asks for under the same title stays in it, whichever list that is of."""
    wanted = [
        select(Asset.plex_rating_key)
        .join(Download, Download.asset_id == Asset.id)
        .join(ListEntry, ListEntry.video_id == Asset.video_id)
        .join(
            holder,
            (holder.list_id == ListEntry.list_id) & (holder.user_id == Download.user_id),
        )
        .where(
            Asset.plex_library_key == job.library_key,
            Asset.plex_rating_key.in_(job.rating_keys),
            Download.ended_at.is_(None),
            func.lower(holder.collection) == job.collection.lower(),
        )
        for holder in (Batch, Subscription)
    ]
    async with app.db.read() as connection:
        kept = set((await connection.execute(union(*wanted))).scalars())
    if going := [key for key in job.rating_keys if key not in kept]:
        await app.bus.call(
            ReleaseFromCollection(library_key=job.library_key, title=job.collection, rating_keys=going),
            timeout=_TIMEOUT,
        )
