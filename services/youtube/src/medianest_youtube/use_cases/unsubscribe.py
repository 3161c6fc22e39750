"""A list is followed no more."""

from uuid import UUID

from sqlalchemy import select

from medianest_common.bus import require_caller
from medianest_common.contracts.youtube.subscriptions import Unsubscribe
from medianest_common.db import Transaction
from medianest_youtube.app import YoutubeApp
from medianest_youtube.models import Download, Subscription
from medianest_youtube.plex_collections import give_up_collection
from medianest_youtube.use_cases.end_downloads import end_later
from medianest_youtube.use_cases.subscribe import locked_subscription


async def unsubscribe(app: YoutubeApp, command: Unsubscribe) -> None:
    """What is not there yet is cancelled in any case. What stays, stays in its Plex collection, which nobody orders
    any more; with the files the collection goes too.
    """
    caller = require_caller()
    async with app.db.transaction() as tx:
        subscription = await locked_subscription(tx, command.id, by=caller)
        await give_up(tx, subscription, files=command.files, by=caller.user_id)


async def give_up_all(tx: Transaction, user_id: UUID) -> int:
    """Of somebody who leaves. Returns how many there were."""
    statement = select(Subscription).where(Subscription.user_id == user_id).with_for_update(key_share=True)
    theirs = (await tx.session.scalars(statement)).all()
    for subscription in theirs:
        await give_up(tx, subscription, files=False, by=None)
    return len(theirs)


async def give_up(tx: Transaction, subscription: Subscription, *, files: bool, by: UUID | None) -> None:
    if files:
        await give_up_collection(
            tx,
            user_id=subscription.user_id,
            list_id=subscription.list_id,
            collection=subscription.collection,
        )
    statement = select(Download.id).where(
        Download.subscription_id == subscription.id, Download.ended_at.is_(None)
    )
    end_later(tx, list(await tx.session.scalars(statement.order_by(Download.id))), files=files, by=by)
    await tx.session.delete(subscription)
    await tx.session.flush()
