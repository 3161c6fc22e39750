"""What people want to be told, where and when."""

from medianest_common.contracts.base import Nothing, Page
from medianest_common.contracts.notifications.preferences import (
    GetPreferences,
    ListMutes,
    ListNotificationTypes,
    Mute,
    MuteTitle,
    Preferences,
    Preview,
    PreviewNotification,
    SavePreferences,
    TypeMeanings,
    UnmuteTitle,
)
from medianest_notifications.app import NotificationsApp
from medianest_notifications.handlers.base import handlers
from medianest_notifications.use_cases.get_preferences import get_preferences
from medianest_notifications.use_cases.list_notification_types import list_notification_types
from medianest_notifications.use_cases.mute_title import list_mutes, mute_title, unmute_title
from medianest_notifications.use_cases.preview_notification import preview_notification
from medianest_notifications.use_cases.release_held import release_held
from medianest_notifications.use_cases.save_preferences import save_preferences


@handlers.rpc
async def on_get_preferences(query: GetPreferences, app: NotificationsApp) -> Preferences:
    return await get_preferences(app)


@handlers.rpc
async def on_save_preferences(command: SavePreferences, app: NotificationsApp) -> Preferences:
    return await save_preferences(app, command)


@handlers.rpc
async def on_list_types(query: ListNotificationTypes, app: NotificationsApp) -> TypeMeanings:
    return await list_notification_types()


@handlers.rpc
async def on_preview(query: PreviewNotification, app: NotificationsApp) -> Preview:
    return await preview_notification(app, query)


@handlers.rpc
async def on_mute_title(command: MuteTitle, app: NotificationsApp) -> Mute:
    return await mute_title(app, command)


@handlers.rpc
async def on_unmute_title(command: UnmuteTitle, app: NotificationsApp) -> Nothing:
    return await unmute_title(app, command)


@handlers.rpc
async def on_list_mutes(query: ListMutes, app: NotificationsApp) -> Page[Mute]:
    return await list_mutes(app, query)


@handlers.every(5)
async def release_what_waited(app: NotificationsApp) -> None:
    await release_held(app)
