"""Which Plex collections a list's videos belong into: also those that the person had before, or by another way."""

from sqlalchemy import ColumnElement, exists, or_, select, union

from medianest_common.contracts.youtube import DownloadStatus
from medianest_common.contracts.youtube.downloads import KeepCollection
from medianest_common.db import Transaction
from medianest_youtube.models import Asset, Batch, Download, ListEntry, Subscription


async def keep_its_collections(tx: Transaction, asset: Asset) -> None:
    """Of every list with it that somebody who wants it has asked for."""
    if asset.plex_library_key is None or asset.plex_rating_key is None:
        return
    asked = [
        select(holder.list_id, holder.collection)
        .join(ListEntry, ListEntry.list_id == holder.list_id)
        .join(Download, Download.user_id == holder.user_id)
        .where(
            ListEntry.video_id == asset.video_id,
            Download.asset_id == asset.id,
            Download.ended_at.is_(None),
        )
        for holder in (Batch, Subscription)
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
        .join(ListEntry, ListEntry.video_id == Asset.video_id)
        .join(Download, Download.asset_id == Asset.id)
        .where(Asset.plex_library_key.is_not(None), belongs_into(list_id, collection))
        .distinct()
    )
    for library_key in (await tx.session.scalars(libraries)).all():
        if library_key is not None:
            tx.enqueue(KeepCollection(list_id=list_id, collection=collection, library_key=library_key))


def belongs_into(list_id: str, collection: str) -> ColumnElement[bool]:
    """Of an asset with its entry in a list and a wish for it: it is there, and the list is that person's."""
    asked = [
        exists().where(
            holder.user_id == Download.user_id, holder.list_id == list_id, holder.collection == collection
        )
        for holder in (Batch, Subscription)
    ]
    return (
        (Asset.status == DownloadStatus.READY)
        & (ListEntry.list_id == list_id)
        & Download.ended_at.is_(None)
        & or_(*asked)
    )
