"""Turn off what a mail is about, from a link in it, without signing in."""

from medianest_common.contracts.notifications import NotificationType
from medianest_common.contracts.notifications.channels import (
    ChannelState,
    LookAtSubscription,
    Subscription,
    Unsubscribe,
    Unsubscribed,
)
from medianest_common.contracts.notifications.deliveries import SuppressedFor
from medianest_common.contracts.notifications.preferences import Mode
from medianest_notifications.app import NotificationsApp
from medianest_notifications.models import Delivery
from medianest_notifications.planning.catalogue import MEANINGS
from medianest_notifications.planning.decision import Endpoint
from medianest_notifications.repository import Recipients
from medianest_notifications.repository.channels import Channels
from medianest_notifications.repository.deliveries import Deliveries
from medianest_notifications.repository.preferences import Choices, Preferences
from medianest_notifications.unsubscribing import LinkUnknown, read_link

BY_LINK = "Turned off by the link in a message. Ask for a new code and enter it to turn it on again."


async def look_at_subscription(app: NotificationsApp, query: LookAtSubscription) -> Subscription:
    """Changes nothing: mail programs follow links by themselves."""
    named = read_link(app.unsubscribe_key, query.token)
    async with app.db.transaction() as tx:
        channel = await Channels(tx.session).get(named.channel_id)
        if channel is None:
            raise LinkUnknown("The channel has been deleted: nothing is sent there any more.")
        if not named.is_for(channel.fingerprint):
            raise LinkUnknown("The channel leads elsewhere now: nothing is sent there any more.")
        reader = await Preferences(tx.session).reader(channel.user_id, household_zone=app.household_zone)
    there = Endpoint(channel.id, channel.kind, channel.state)
    sent = [each for each in named.types if reader.mode(each, there) is not Mode.OFF]
    return Subscription(
        types=_titles(sent or named.types),
        channel=channel.shown,
        subscribed=channel.state is ChannelState.ACTIVE and bool(sent),
    )


async def unsubscribe(app: NotificationsApp, command: Unsubscribe) -> Unsubscribed:
    """Twice is once, also for a channel that has been deleted meanwhile."""
    named, now = read_link(app.unsubscribe_key, command.token), app.clock.now()
    done = Unsubscribed(types=_titles(named.types), channel=None)
    async with app.db.transaction() as tx:
        channels, deliveries = Channels(tx.session), Deliveries(tx.session)
        channel = await channels.get(named.channel_id)
        if channel is None:
            return done
        if await Recipients(tx.session).has_left(channel.user_id):
            return done
        # Before the channel, as whoever changes preferences does.
        await Preferences(tx.session).touch(channel.user_id)
        channel = await channels.get(named.channel_id, lock=True)
        if channel is None or not named.is_for(channel.fingerprint):
            return done
        of_channel, shown = Delivery.channel_id == channel.id, channel.shown
        if command.all:
            await channels.disable(channel.id, BY_LINK, config_sealed=None, now=now)
            await deliveries.suppress(of_channel, reason=SuppressedFor.CHANNEL_DISABLED, now=now)
        else:
            await Choices(tx.session).turn_off(channel.user_id, named.types, channel.id)
            these = Delivery.type.in_([each.value for each in named.types])
            await deliveries.suppress(of_channel, these, reason=SuppressedFor.OFF, now=now)
    return done.model_copy(update={"channel": shown})


def _titles(types: list[NotificationType]) -> list[str]:
    return [MEANINGS[each].title for each in types]
