"""Which Plex collections a list's videos belong into."""

from sqlalchemy import select, union

from medianest_common.contracts.youtube import DownloadStatus
from medianest_common.contracts.youtube.downloads import KeepCollection
from medianest_common.db import Transaction
from medianest_youtube.models import Asset, Batch, Download, Subscription


async def keep_its_collections(tx: Transaction, asset: Asset) -> None:
    """Of every list through which somebody has asked for it."""
    if asset.plex_library_key is None or asset.plex_rating_key is None:
        return
    asked = [
        select(holder.list_id, holder.collection)
        .join(Download, reference == holder.id)
        .where(
            Download.asset_id == asset.id,
            Download.ended_at.is_(None),
        )
        for holder, reference in ((Batch, Download.batch_id), (Subscription, Download.subscription_id))
    ]
    for list_id, collection in await tx.session.execute(union(*asked)):
        if list_id and collection:
            tx.enqueue(
                KeepCollection(list_id=list_id, collection=collection, library_key=asset.plex_library_key)
            )


async def keep_the_collection(tx: Transaction, *, list_id: str, collection: str) -> None:
    """Once a list has been read anew: its order may be another, and some of it may have been there before."""
    libraries = (
        select(Asset.plex_library_key)
        .join(Download, Download.asset_id == Asset.id)
        .outerjoin(Batch, Download.batch_id == Batch.id)
        .outerjoin(Subscription, Download.subscription_id == Subscription.id)
        .where(
            Asset.status == DownloadStatus.READY,
            Asset.plex_library_key.is_not(None),
            Download.ended_at.is_(None),
            (Batch.list_id == list_id) | (Subscription.list_id == list_id),
        )
        .distinct()
    )
    for library_key in (await tx.session.scalars(libraries)).all():
        if library_key is not None:
            tx.enqueue(KeepCollection(list_id=list_id, collection=collection, library_key=library_key))
