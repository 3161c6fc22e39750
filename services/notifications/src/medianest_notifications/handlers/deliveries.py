"""What is to be sent to channels, and what became of it."""

from medianest_common.contracts.base import Nothing, Page
from medianest_common.contracts.notifications import deliveries
from medianest_common.contracts.notifications.channels import ChannelKind
from medianest_notifications.app import NotificationsApp
from medianest_notifications.handlers.base import handlers
from medianest_notifications.use_cases.count_deliveries import count_deliveries
from medianest_notifications.use_cases.deliver import deliver
from medianest_notifications.use_cases.look_after_deliveries import (
    forget_dead_browsers,
    look_after_deliveries,
)
from medianest_notifications.use_cases.resend_delivery import delete_delivery, resend_delivery
from medianest_notifications.use_cases.see_deliveries import get_deliveries, list_deliveries

_AT_ONCE = 16
"""Channels of one kind: of each a single message is on its way."""


@handlers.job(concurrency=_AT_ONCE)
async def deliver_email(job: deliveries.DeliverEmail, app: NotificationsApp) -> None:
    await deliver(app, job, kind=ChannelKind.EMAIL)


@handlers.job(concurrency=_AT_ONCE)
async def deliver_web_push(job: deliveries.DeliverWebPush, app: NotificationsApp) -> None:
    await deliver(app, job, kind=ChannelKind.WEB_PUSH)


@handlers.job(concurrency=_AT_ONCE)
async def deliver_discord(job: deliveries.DeliverDiscord, app: NotificationsApp) -> None:
    await deliver(app, job, kind=ChannelKind.DISCORD)


@handlers.job(concurrency=_AT_ONCE)
async def deliver_telegram(job: deliveries.DeliverTelegram, app: NotificationsApp) -> None:
    await deliver(app, job, kind=ChannelKind.TELEGRAM)


@handlers.job(concurrency=_AT_ONCE)
async def deliver_ntfy(job: deliveries.DeliverNtfy, app: NotificationsApp) -> None:
    await deliver(app, job, kind=ChannelKind.NTFY)


@handlers.job(concurrency=_AT_ONCE)
async def deliver_gotify(job: deliveries.DeliverGotify, app: NotificationsApp) -> None:
    await deliver(app, job, kind=ChannelKind.GOTIFY)


@handlers.job(concurrency=_AT_ONCE)
async def deliver_apprise(job: deliveries.DeliverApprise, app: NotificationsApp) -> None:
    await deliver(app, job, kind=ChannelKind.APPRISE)


@handlers.rpc
async def on_get_deliveries(
    query: deliveries.GetDeliveries, app: NotificationsApp
) -> deliveries.DeliveryReports:
    return await get_deliveries(app, query)


@handlers.rpc
async def on_list_deliveries(
    query: deliveries.ListDeliveries, app: NotificationsApp
) -> Page[deliveries.AdminDelivery]:
    return await list_deliveries(app, query)


@handlers.rpc
async def on_resend_delivery(command: deliveries.ResendDelivery, app: NotificationsApp) -> Nothing:
    return await resend_delivery(app, command)


@handlers.rpc
async def on_delete_delivery(command: deliveries.DeleteDelivery, app: NotificationsApp) -> Nothing:
    return await delete_delivery(app, command)


@handlers.every(15)
async def deliveries_looked_after(app: NotificationsApp) -> None:
    await look_after_deliveries(app)


@handlers.every(3600)
async def dead_browsers_forgotten(app: NotificationsApp) -> None:
    await forget_dead_browsers(app)


@handlers.rpc
async def on_count_deliveries(
    query: deliveries.CountDeliveries, app: NotificationsApp
) -> deliveries.DeliveryCounts:
    return await count_deliveries(app, query)
