"""Which Plex collections a list's videos belong into: also those that the person had before, or by another way."""

from collections import defaultdict
from uuid import UUID

from sqlalchemy import ColumnElement, exists, or_, select, union

from medianest_common.contracts.youtube import DownloadStatus
from medianest_common.contracts.youtube.jobs import KeepCollection, ReleaseCollection
from medianest_common.db import Transaction
from medianest_youtube.models import Asset, Batch, Download, ListEntry, Subscription
from medianest_youtube.states import STORED


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


async def give_up_collection(
    tx: Transaction, *, user_id: UUID, list_id: str | None, collection: str | None
) -> None:
    """Of a list that this person asks for no longer, or not under this title. The videos stay where they are."""
    if list_id is None or collection is None:
        return
    statement = (
        select(Asset.plex_library_key, Asset.plex_rating_key)
        .join(ListEntry, ListEntry.video_id == Asset.video_id)
        .join(Download, Download.asset_id == Asset.id)
        .where(
            ListEntry.list_id == list_id,
            Download.user_id == user_id,
            Asset.status.in_(STORED),
        )
        .distinct()
    )
    keys = defaultdict[str, list[str]](list)
    for library_key, rating_key in await tx.session.execute(statement):
        if library_key and rating_key:
            keys[library_key].append(rating_key)
    for library_key, rating_keys in sorted(keys.items()):
        tx.enqueue(
            ReleaseCollection(collection=collection, library_key=library_key, rating_keys=sorted(rating_keys))
        )


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
