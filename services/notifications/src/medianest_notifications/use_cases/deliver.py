"""Send what is due to one channel, one message after the other."""

from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy import select

from medianest_common.contracts.notifications.channels import ChannelKind, ChannelState
from medianest_common.contracts.notifications.deliveries import Deliver, SuppressedFor
from medianest_notifications.app import NotificationsApp
from medianest_notifications.delivering.attempt import (
    NOT_OFFERED,
    OUR_FAULT,
    Later,
    Outcome,
    Refused,
    attempt,
)
from medianest_notifications.delivering.backoff import SET_BACK
from medianest_notifications.delivering.compose import compose
from medianest_notifications.delivering.reach import as_far_as_its_owner
from medianest_notifications.delivering.secrets import UNREADABLE, open_config
from medianest_notifications.delivering.work import Work, lease_of, seconds_for, wake
from medianest_notifications.models import Channel, Delivery, Entry
from medianest_notifications.repository import Recipients
from medianest_notifications.repository.broadcasts import is_of_ended_broadcast
from medianest_notifications.repository.channels import Channels
from medianest_notifications.repository.deliveries import Deliveries
from medianest_notifications.use_cases.record_delivery import record_delivery

log = structlog.get_logger()

MOST_IN_A_ROW = 20
"""After that others have their turn."""


async def deliver(app: NotificationsApp, job: Deliver, *, kind: ChannelKind) -> None:
    """Whoever finds somebody else at work leaves it to them: they look again after each message."""
    for _ in range(MOST_IN_A_ROW):
        work = await _claim(app, job.channel_id)
        if work is None:
            return
        await record_delivery(app, work, await _try(app, work))
    async with app.db.transaction() as tx:
        wake(tx, kind, job.channel_id)


async def _claim(app: NotificationsApp, channel_id: UUID) -> Work | None:
    async with app.db.transaction() as tx:
        channel = await Channels(tx.session).get(channel_id, lock=True)
        if channel is None:
            return None
        # Not before: whoever had the lock meanwhile may have been told to wait.
        now = app.clock.now()
        deliveries = Deliveries(tx.session)
        if channel.state is not ChannelState.ACTIVE:
            await deliveries.suppress(
                Delivery.channel_id == channel_id, reason=SuppressedFor.CHANNEL_DISABLED, now=now
            )
            return None
        if await Recipients(tx.session).is_suspended(channel.user_id):
            await deliveries.suppress(
                Delivery.channel_id == channel_id, reason=SuppressedFor.SUSPENDED, now=now
            )
            return None
        # One that was on its way when it ended is here again when it did not get through.
        await deliveries.suppress(
            Delivery.channel_id == channel_id, is_of_ended_broadcast(), reason=SuppressedFor.EXPIRED, now=now
        )
        await deliveries.expire(channel_id, now=now)
        if channel.held_until is not None and channel.held_until > now:
            if not await _is_held_from_later(deliveries, channel, now=now):
                return None
            channel.held_until = None
        claimed = await deliveries.claim(channel_id, now=now, lease=lease_of(channel.kind, app.lease))
        if not claimed:
            return None
        found = select(Entry).where(Entry.id.in_([delivery.entry_id for delivery in claimed]))
        entries = {entry.id: entry for entry in (await tx.session.scalars(found)).all()}
        return Work(channel=channel, deliveries=claimed, entries=entries)


async def _is_held_from_later(deliveries: Deliveries, channel: Channel, *, now: datetime) -> bool:
    """The clock was set back since: it has waited long enough, or is told again to wait."""
    if channel.last_sent_at is not None and channel.last_sent_at > now + SET_BACK:
        return True
    return await deliveries.waits_from_later(channel.id, now=now)


async def _try(app: NotificationsApp, work: Work) -> Outcome:
    sender = app.senders.get(work.channel.kind)
    if sender is None:
        return Later(NOT_OFFERED)
    config = open_config(app.channel_cipher, work.channel, sender)
    if config is None:
        return Refused(UNREADABLE, gone=True)
    config = await as_far_as_its_owner(app, config, work.channel.user_id)
    try:
        message = await compose(app, work)
    except Exception:
        # It has not been sent, and says so: whoever is next in this channel is not kept waiting for it for ever.
        log.exception("delivery_not_composed", kind=work.channel.kind, type=work.leader.type)
        return Later(OUR_FAULT)
    since = work.leader.created_at if work.leader.in_doubt else None
    seconds = seconds_for(work.channel.kind, app.lease)
    return await attempt(sender, message, config, seconds=seconds, in_doubt_since=since)
