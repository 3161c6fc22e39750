"""Who waits hears that the queue has moved on: whenever a download begins or ends, for the first in the queue."""

from sqlalchemy import select

from medianest_common.contracts.youtube import DownloadStatus
from medianest_youtube.app import YoutubeApp
from medianest_youtube.models import Asset, Download
from medianest_youtube.progress import Wish, tell

_MOST = 50


async def tell_queue(app: YoutubeApp) -> None:
    first = (
        select(Asset.id)
        .where(Asset.status == DownloadStatus.QUEUED)
        .order_by(Asset.priority.desc(), Asset.queued_at, Asset.id)
        .limit(_MOST)
    )
    async with app.db.transaction() as tx:
        order = list(await tx.session.scalars(first))
        if not order:
            return
        wishes = list(
            await tx.session.scalars(
                select(Download).where(Download.asset_id.in_(order), Download.ended_at.is_(None))
            )
        )
    places = {asset_id: place for place, asset_id in enumerate(order, start=1)}
    for wish in wishes:
        await tell(
            app,
            [Wish(wish.id, wish.user_id)],
            status=DownloadStatus.QUEUED,
            position=places[wish.asset_id],
        )
