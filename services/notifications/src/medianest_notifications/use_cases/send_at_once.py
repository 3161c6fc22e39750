"""Send one message that stands in no inbox to a channel of whoever asks, and say what the provider answers."""

from collections.abc import Mapping
from typing import Any

from medianest_common.bus import require_caller
from medianest_common.clock import uuid7
from medianest_common.contracts.notifications.channels import ChannelMessage, SendReport
from medianest_common.contracts.notifications.deliveries import Urgency
from medianest_notifications.adapters.channels.port import Message
from medianest_notifications.app import NotificationsApp
from medianest_notifications.delivering.attempt import NOT_OFFERED, Later, Refused, Sent, attempt
from medianest_notifications.delivering.reach import within
from medianest_notifications.delivering.secrets import UNREADABLE, open_config
from medianest_notifications.models import Channel
from medianest_notifications.rendering import best_locale, render
from medianest_notifications.repository.templates import tongues_of

SECONDS = 15.0


async def send_at_once(
    app: NotificationsApp, channel: Channel, type: ChannelMessage, values: Mapping[str, Any]
) -> SendReport:
    sender = app.senders.get(channel.kind)
    if sender is None:
        return SendReport(sent=False, answer=NOT_OFFERED)
    config = open_config(app.channel_cipher, channel, sender)
    if config is None:
        return SendReport(sent=False, answer=UNREADABLE)
    config = within(config, by_admin=require_caller().is_admin)
    async with app.db.read() as connection:
        tongues = await tongues_of(connection, [channel.user_id], household_zone=app.household_zone)
    tongue = tongues[channel.user_id]
    said = render(type.value, values, locale=tongue.locale, zone=tongue.zone, channel=channel.kind.value)
    message = Message(
        delivery_id=uuid7(),
        type=type,
        title=said.title,
        body=said.body,
        link=None,
        urgency=Urgency.HIGH,
        collapse_key=None,
        at=app.clock.now(),
        locale=best_locale(tongue.locale),
    )
    match await attempt(sender, message, config, seconds=SECONDS):
        case Sent():
            return SendReport(sent=True, answer="The provider has taken the message.")
        case Later(answer, retry_after):
            return SendReport(sent=False, answer=answer, retry_after=retry_after)
        case Refused(answer):
            return SendReport(sent=False, answer=answer)
