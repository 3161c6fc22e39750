"""What has waited long enough goes out: of each channel as one message, and nothing in it that is settled or said."""

from uuid import UUID

import structlog

from medianest_common.bus.retry import is_outage
from medianest_common.contracts.notifications.deliveries import SuppressedFor
from medianest_common.db import Transaction
from medianest_notifications.app import NotificationsApp
from medianest_notifications.delivering.work import wake
from medianest_notifications.planning.decision import plan
from medianest_notifications.planning.merging import Statement, merge
from medianest_notifications.repository.held import Held, HeldDeliveries
from medianest_notifications.repository.preferences import Preferences

log = structlog.get_logger()

MOST_IN_ONE = 50
_AT_ONCE = 500
_CHANNELS = 100


async def release_held(app: NotificationsApp) -> None:
    """One channel at a time, so that none waits for another's lock for long."""
    async with app.db.transaction() as tx:
        channels = await HeldDeliveries(tx.session).channels_with_due(now=app.clock.now(), limit=_CHANNELS)
    for channel_id in channels:
        try:
            async with app.db.transaction() as tx:
                await _release(app, tx, channel_id)
        except Exception as error:
            if is_outage(error):
                raise
            # The others do not wait for it.
            log.exception("held_not_released", channel_id=str(channel_id))


async def _release(app: NotificationsApp, tx: Transaction, channel_id: UUID) -> None:
    now, held = app.clock.now(), HeldDeliveries(tx.session)
    channel = await held.lock_channel(channel_id)
    if channel is None:
        return
    ready = await _still_wanted(app, tx, await held.due(channel_id, now=now, limit=_AT_ONCE))
    keys = {each.collapse_key for each in ready if each.collapse_key is not None}
    merged = merge(ready, last_said=await held.said_last(channel_id, keys) if keys else {})
    for each in merged.left_out:
        await held.suppress(each.id, SuppressedFor.COLLAPSED, now=now)
    for each in merged.going:
        if each.collapse_key is not None:
            await held.overtake(channel_id, each, now=now)
    ids = [each.id for each in merged.going]
    for start in range(0, len(ids), MOST_IN_ONE):
        await held.release(ids[start : start + MOST_IN_ONE], now=now)
    if ids:
        wake(tx, channel.kind, channel_id)


async def _still_wanted(app: NotificationsApp, tx: Transaction, due: list[Held]) -> list[Statement]:
    """Much may have changed since it was put off: the hours, what is wanted, the channel."""
    if not due:
        return []
    now, held = app.clock.now(), HeldDeliveries(tx.session)
    user_id = due[0].delivery.user_id
    reader = await Preferences(tx.session).reader(user_id, household_zone=app.household_zone)
    ready: list[Statement] = []
    for each in due:
        planned = plan(each.matter, reader, each.endpoint, now=now, waited=True)
        if planned.reason is not None:
            await held.suppress(each.delivery.id, planned.reason, now=now)
        elif planned.held_for is not None:
            await held.hold(each.delivery, planned, now=now)
        else:
            ready.append(each.statement)
    return ready
