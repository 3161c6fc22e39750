"""People's channels: making, verifying and trying them."""

from medianest_common.contracts.base import Nothing
from medianest_common.contracts.notifications import channels
from medianest_notifications.app import NotificationsApp
from medianest_notifications.handlers.base import handlers
from medianest_notifications.use_cases.delete_channel import delete_channel
from medianest_notifications.use_cases.list_channels import get_channel, list_channel_kinds, list_channels
from medianest_notifications.use_cases.save_channel import change_channel, create_channel
from medianest_notifications.use_cases.send_code import send_channel_code, verify_channel
from medianest_notifications.use_cases.try_channel import try_channel
from medianest_notifications.use_cases.unsubscribe import look_at_subscription, unsubscribe


@handlers.rpc
async def on_list_channels(query: channels.ListChannels, app: NotificationsApp) -> channels.ChannelList:
    return await list_channels(app)


@handlers.rpc
async def on_get_channel(query: channels.GetChannel, app: NotificationsApp) -> channels.Channel:
    return await get_channel(app, query.id)


@handlers.rpc
async def on_list_kinds(query: channels.ListChannelKinds, app: NotificationsApp) -> channels.ChannelKinds:
    return await list_channel_kinds(app)


@handlers.rpc
async def on_create_channel(command: channels.CreateChannel, app: NotificationsApp) -> channels.ChannelMade:
    return await create_channel(app, command)


@handlers.rpc
async def on_change_channel(command: channels.ChangeChannel, app: NotificationsApp) -> channels.ChannelMade:
    return await change_channel(app, command)


@handlers.rpc
async def on_delete_channel(command: channels.DeleteChannel, app: NotificationsApp) -> Nothing:
    return await delete_channel(app, command)


@handlers.rpc
async def on_send_code(command: channels.SendChannelCode, app: NotificationsApp) -> channels.SendReport:
    return await send_channel_code(app, command)


@handlers.rpc
async def on_verify_channel(command: channels.VerifyChannel, app: NotificationsApp) -> channels.Channel:
    return await verify_channel(app, command)


@handlers.rpc
async def on_try_channel(command: channels.TryChannel, app: NotificationsApp) -> channels.SendReport:
    return await try_channel(app, command)


@handlers.rpc
async def on_look(query: channels.LookAtSubscription, app: NotificationsApp) -> channels.Subscription:
    return await look_at_subscription(app, query)


@handlers.rpc
async def on_unsubscribe(command: channels.Unsubscribe, app: NotificationsApp) -> channels.Unsubscribed:
    return await unsubscribe(app, command)
