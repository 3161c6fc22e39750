"""The inbox."""

from medianest_common.contracts.base import Nothing, Page
from medianest_common.contracts.notifications import (
    CountNotifications,
    DismissNotification,
    InboxCount,
    InboxHeads,
    InboxReplay,
    ListNotifications,
    MarkAllRead,
    MarkRead,
    MarkUnread,
    Notification,
    PinNotification,
    ReadInboxHeads,
    ReplayInbox,
    UnpinNotification,
)
from medianest_notifications import jobs, use_cases
from medianest_notifications.app import NotificationsApp
from medianest_notifications.handlers.base import handlers


@handlers.rpc
async def list_notifications(query: ListNotifications, app: NotificationsApp) -> Page[Notification]:
    return await use_cases.list_notifications(app, query)


@handlers.rpc
async def count_notifications(query: CountNotifications, app: NotificationsApp) -> InboxCount:
    return await use_cases.count_notifications(app)


@handlers.rpc
async def replay_inbox(query: ReplayInbox, app: NotificationsApp) -> InboxReplay:
    return await use_cases.replay_inbox(app, query)


@handlers.rpc
async def read_inbox_heads(query: ReadInboxHeads, app: NotificationsApp) -> InboxHeads:
    return await use_cases.read_inbox_heads(app, query)


@handlers.rpc
async def mark_read(command: MarkRead, app: NotificationsApp) -> Nothing:
    return await use_cases.mark_read(app, command)


@handlers.rpc
async def mark_unread(command: MarkUnread, app: NotificationsApp) -> Nothing:
    return await use_cases.mark_unread(app, command)


@handlers.rpc
async def pin_notification(command: PinNotification, app: NotificationsApp) -> Nothing:
    return await use_cases.pin_notification(app, command)


@handlers.rpc
async def unpin_notification(command: UnpinNotification, app: NotificationsApp) -> Nothing:
    return await use_cases.unpin_notification(app, command)


@handlers.rpc
async def mark_all_read(command: MarkAllRead, app: NotificationsApp) -> InboxCount:
    return await use_cases.mark_all_read(app, command)


@handlers.rpc
async def dismiss_notification(command: DismissNotification, app: NotificationsApp) -> Nothing:
    return await use_cases.dismiss_notification(app, command)


@handlers.every(3600)
async def forget_old(app: NotificationsApp) -> None:
    await jobs.forget_old(app)
