"""Send a message now, to see that it arrives or what the provider has against it."""

from medianest_common.bus import require_caller
from medianest_common.contracts.notifications.channels import (
    ChannelMessage,
    ChannelState,
    SendReport,
    TryChannel,
)
from medianest_notifications.app import NotificationsApp
from medianest_notifications.errors import ChannelNotFound, ChannelUnverified
from medianest_notifications.repository.channels import Channels
from medianest_notifications.use_cases.send_at_once import send_at_once


async def try_channel(app: NotificationsApp, command: TryChannel) -> SendReport:
    """Of one that is disabled too; it stays disabled until a code that came through it is entered."""
    caller = require_caller()
    async with app.db.transaction() as tx:
        channel = await Channels(tx.session).own(command.id, user_id=caller.user_id)
    if channel is None:
        raise ChannelNotFound()
    if channel.state is ChannelState.UNVERIFIED:
        raise ChannelUnverified("Enter the code that was sent there first.")
    return await send_at_once(app, channel, ChannelMessage.TEST, {"who": caller.name, "name": channel.name})
