"""A channel's provider has said that nothing will ever arrive there again: stop, and tell its owner what to do."""

from medianest_common.clock import uuid7
from medianest_common.contracts.notifications.deliveries import SuppressedFor
from medianest_common.db import Transaction
from medianest_notifications.app import NotificationsApp
from medianest_notifications.models import Channel, Delivery
from medianest_notifications.repository.channels import Channels
from medianest_notifications.repository.deliveries import Deliveries
from medianest_notifications.use_cases.notify import notify
from medianest_notifications.wording_channels import about_disabled_channel


async def disable_channel(app: NotificationsApp, tx: Transaction, channel: Channel, answer: str) -> None:
    """Unless it was changed since it was read: then the answer was about something else. The caller has locked the
    owner's inbox."""
    now = app.clock.now()
    disabled = await Channels(tx.session).disable(
        channel.id, answer, config_sealed=channel.config_sealed, now=now
    )
    if not disabled:
        return
    await Deliveries(tx.session).suppress(
        Delivery.channel_id == channel.id, reason=SuppressedFor.CHANNEL_DISABLED, now=now
    )
    notice = about_disabled_channel(channel, answer)
    await notify(app, tx, notice, to=[channel.user_id], dedupe_key=uuid7())
