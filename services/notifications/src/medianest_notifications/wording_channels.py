"""What is told of a person's own channels."""

from medianest_common.contracts.notifications import NotificationType
from medianest_notifications.models import Channel
from medianest_notifications.wording import Notice

CHANNELS_LINK = "/account/notifications"


def about_disabled_channel(channel: Channel, answer: str) -> Notice:
    return Notice(
        type=NotificationType.CHANNEL_DISABLED,
        link=CHANNELS_LINK,
        values={"name": channel.name, "kind": channel.kind.value, "answer": answer},
        data={"channelId": str(channel.id), "kind": channel.kind.value, "name": channel.name},
    )
