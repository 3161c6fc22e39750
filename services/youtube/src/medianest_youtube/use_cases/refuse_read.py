"""A list could not be read. What everybody would meet pauses the queue; the rest waits, or is the end of it."""

from datetime import datetime, timedelta

import structlog

from medianest_common.contracts.youtube import FailureCode
from medianest_common.contracts.youtube.downloads import BatchStatus
from medianest_common.contracts.youtube.events import BatchFailed, SubscriptionFailed
from medianest_common.db import Transaction
from medianest_youtube.app import YoutubeApp
from medianest_youtube.failures import NotToBeHad, Retry, consequence
from medianest_youtube.models import Batch, ListedPlace, Subscription
from medianest_youtube.pausing import trip
from medianest_youtube.reading import LostRead, held, make_way, name_of
from medianest_youtube.repository.assets import Assets
from medianest_youtube.repository.reads import Readable
from medianest_youtube.schedule import next_check

log = structlog.get_logger()

_SENTENCES = {
    FailureCode.PRIVATE: "This list is private. Its owner can make it public or unlisted.",
    FailureCode.REMOVED: "This list or channel is not on YouTube any more.",
    FailureCode.UNAVAILABLE: "YouTube says that there is no such list or channel.",
    FailureCode.UNKNOWN: "The list could not be read, for a reason not known here. "
    "An administrator finds it in the log.",
    FailureCode.STALLED: "Reading the list took too long. It goes on from where it was.",
    FailureCode.CRASHED: "Reading the list ended unexpectedly. It goes on from where it was.",
}
_TOLD_AFTER = 4
"""Failures in a row that may pass by themselves."""
_GONE_LOOKED_AT_EVERY = timedelta(days=1)


def sentence(code: FailureCode) -> str:
    """What went wrong with a list, for a person."""
    return _SENTENCES.get(code) or consequence(code).sentence


async def refuse_read(app: YoutubeApp, row: Readable, refusal: NotToBeHad, *, begun: datetime) -> None:
    code = refusal.failure
    log.warning("list_refused", why=code.value, said=refusal.text[-500:], **name_of(row))
    if consequence(code).pause is not None:
        async with app.db.transaction() as tx:
            await Assets(tx.session).alone_at_the_slots()
            await trip(app, tx, code, begun=begun)
    try:
        async with app.db.transaction() as tx:
            mine = await held(tx, row)
            if isinstance(mine, Batch):
                _refuse_batch(app, tx, mine, code)
            else:
                await _refuse_subscription(app, tx, mine, code)
            await make_way(tx, mine, now=app.clock.now())
    except LostRead:
        return


def _refuse_batch(app: YoutubeApp, tx: Transaction, batch: Batch, code: FailureCode) -> None:
    batch.failure = code
    what = consequence(code)
    if what.retry is Retry.AFTER_PAUSE:
        batch.status, batch.not_before = BatchStatus.QUEUED, None
        return
    batch.attempts += 1
    delay = what.delay(batch.attempts) if what.retry is Retry.BACKOFF else None
    if delay is not None:
        batch.status, batch.not_before = BatchStatus.QUEUED, app.clock.now() + delay
        return
    batch.status, batch.not_before = BatchStatus.FAILED, None
    tx.emit(
        BatchFailed(
            batch_id=batch.id,
            user_id=batch.user_id,
            title=batch.title or batch.url,
            code=code,
            reason=sentence(code),
        )
    )


async def _refuse_subscription(
    app: YoutubeApp, tx: Transaction, subscription: Subscription, code: FailureCode
) -> None:
    """It is looked at again for ever: lists come back."""
    now, what = app.clock.now(), consequence(code)
    subscription.failure = code
    if what.retry is Retry.AFTER_PAUSE:
        return
    subscription.failures += 1
    subscription.asked_at = None
    usual = next_check(subscription, now=now)
    if what.retry is Retry.BACKOFF:
        delay = what.delay(subscription.failures)
        subscription.next_check_at = min(now + delay, usual) if delay else usual
        tell = subscription.failures >= _TOLD_AFTER
    else:
        subscription.next_check_at = max(usual, now + _GONE_LOOKED_AT_EVERY)
        tell = True
    if tell and not subscription.failure_told:
        subscription.failure_told = True
        place = await tx.session.get(ListedPlace, subscription.list_id) if subscription.list_id else None
        tx.emit(
            SubscriptionFailed(
                subscription_id=subscription.id,
                user_id=subscription.user_id,
                title=(place.title if place else None) or subscription.url,
                code=code,
                reason=sentence(code),
            )
        )
