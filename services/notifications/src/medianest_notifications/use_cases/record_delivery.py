"""What came of an attempt: sent, to be tried again, given up, or the end of the channel."""

import asyncio
from datetime import datetime

import structlog

from medianest_common.bus.retry import is_outage
from medianest_common.contracts.notifications.deliveries import DeliveryState
from medianest_common.db import Transaction
from medianest_notifications.app import NotificationsApp
from medianest_notifications.delivering.attempt import Later, Outcome, Refused, Sent
from medianest_notifications.delivering.backoff import (
    MOST_DOUBTS,
    WHOLE_CHANNEL_ATTEMPTS,
    wait_after,
    wait_in_doubt,
)
from medianest_notifications.delivering.secrets import seal_config
from medianest_notifications.delivering.work import Work, wake
from medianest_notifications.repository import Entries
from medianest_notifications.repository.channels import Channels
from medianest_notifications.repository.deliveries import Deliveries
from medianest_notifications.use_cases.disable_channel import disable_channel

log = structlog.get_logger()

_AGAIN_SECONDS = 0.5


async def record_delivery(app: NotificationsApp, work: Work, outcome: Outcome) -> None:
    """While the database is away we hold on to what we know for as long as nobody else can take the work over: else
    the message would be sent a second time."""
    lease_until = work.leader.lease_until
    assert lease_until is not None
    while True:
        try:
            await _record(app, work, outcome)
            return
        except Exception as error:
            if not is_outage(error) or app.clock.now() >= lease_until:
                raise
            log.warning("delivery_not_recorded_yet", kind=work.channel.kind, error=type(error).__name__)
        await asyncio.sleep(_AGAIN_SECONDS)


async def _record(app: NotificationsApp, work: Work, outcome: Outcome) -> None:
    now = app.clock.now()
    async with app.db.transaction() as tx:
        deliveries = Deliveries(tx.session)
        if isinstance(outcome, Refused) and outcome.gone:
            # The owner will be told: whoever writes to an inbox locks it before anything else.
            await Entries(tx.session).lock_head(work.channel.user_id)
        # Whoever changes what is to be sent to a channel locks the channel before.
        channel = await Channels(tx.session).get(work.channel.id, lock=True)
        if channel is None or not await deliveries.hold_claim(work.leader):
            log.warning("delivery_taken_over", kind=work.channel.kind)
            return
        match outcome:
            case Sent():
                await _sent(app, tx, work, outcome, now=now)
            case Later():
                await _later(tx, work, outcome, now=now)
            case Refused():
                await deliveries.settle(
                    work.ids, state=DeliveryState.FAILED, error=outcome.answer, in_doubt=False, updated_at=now
                )
                if outcome.gone:
                    await disable_channel(app, tx, work.channel, outcome.answer)
    log.info(
        "delivery_attempted",
        kind=work.channel.kind,
        type=work.leader.type,
        outcome=type(outcome).__name__.lower(),
        attempt=work.leader.attempts,
        together=len(work.deliveries),
    )


async def _sent(app: NotificationsApp, tx: Transaction, work: Work, sent: Sent, *, now: datetime) -> None:
    await Deliveries(tx.session).settle(
        work.ids,
        state=DeliveryState.SENT,
        provider_id=sent.receipt.provider_id,
        repeated=work.leader.repeated or sent.repeated,
        in_doubt=False,
        error=None,
        sent_at=now,
        updated_at=now,
    )
    channels = Channels(tx.session)
    await channels.has_sent(work.channel.id, at=now)
    if sent.receipt.pause:
        pause = wait_after(1, retry_after=sent.receipt.pause)
        await channels.hold(work.channel.id, until=now + pause)
        wake(tx, work.channel.kind, work.channel.id, delay=pause)
    if sent.receipt.moved is not None:
        moved = seal_config(app.channel_cipher, work.channel.id, sent.receipt.moved)
        await channels.move(work.channel.id, moved, config_sealed=work.channel.config_sealed, now=now)


async def _later(tx: Transaction, work: Work, later: Later, *, now: datetime) -> None:
    leader, channel = work.leader, work.channel
    doubts = leader.doubts + later.in_doubt
    wait = again = wait_after(leader.attempts_now, retry_after=later.retry_after)
    if later.in_doubt:
        again = max(wait, wait_in_doubt(doubts))
    deliveries = Deliveries(tx.session)
    common = {
        "error": later.answer,
        "in_doubt": leader.in_doubt or later.in_doubt,
        "doubts": doubts,
        "updated_at": now,
    }
    enough = later.in_doubt and doubts >= MOST_DOUBTS
    # Of what goes together each is worth sending for as long as it is by itself.
    over = [each.id for each in work.deliveries if enough or now + again >= each.expires_at]
    await deliveries.settle(over, state=DeliveryState.FAILED, **common)
    if len(over) == len(work.deliveries):
        wait = again = wait_after(1, retry_after=later.retry_after)
    else:
        left = [each for each in work.ids if each not in over]
        await deliveries.settle(left, state=DeliveryState.QUEUED, due_at=now + again, **common)
    if later.retry_after is not None or leader.attempts_now <= WHOLE_CHANNEL_ATTEMPTS:
        await Channels(tx.session).hold(channel.id, until=now + wait)
    for delay in {wait, again}:
        wake(tx, channel.kind, channel.id, delay=delay)
