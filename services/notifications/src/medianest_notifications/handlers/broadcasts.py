"""Messages of administrators to many."""

from medianest_common.contracts.base import Nothing, Page
from medianest_common.contracts.notifications.broadcasts import (
    Broadcast,
    BroadcastReach,
    CountAddressees,
    GetBroadcast,
    ListBroadcasts,
    RetractBroadcast,
    SendBroadcast,
    SpreadBroadcast,
    WithdrawBroadcast,
)
from medianest_notifications.app import NotificationsApp
from medianest_notifications.handlers.base import handlers
from medianest_notifications.use_cases.end_broadcast import (
    end_expired,
    retract_broadcast,
    withdraw_broadcast,
)
from medianest_notifications.use_cases.list_broadcasts import (
    count_addressees,
    get_broadcast,
    list_broadcasts,
)
from medianest_notifications.use_cases.send_broadcast import send_broadcast
from medianest_notifications.use_cases.spread_broadcast import spread_broadcast

_EXPIRED_SECONDS = 60


@handlers.rpc
async def on_send_broadcast(command: SendBroadcast, app: NotificationsApp) -> Broadcast:
    return await send_broadcast(app, command)


@handlers.rpc
async def on_list_broadcasts(query: ListBroadcasts, app: NotificationsApp) -> Page[Broadcast]:
    return await list_broadcasts(app, query)


@handlers.rpc
async def on_get_broadcast(query: GetBroadcast, app: NotificationsApp) -> Broadcast:
    return await get_broadcast(app, query)


@handlers.rpc
async def on_count_addressees(query: CountAddressees, app: NotificationsApp) -> BroadcastReach:
    return await count_addressees(app, query)


@handlers.rpc
async def on_withdraw_broadcast(command: WithdrawBroadcast, app: NotificationsApp) -> Nothing:
    return await withdraw_broadcast(app, command)


@handlers.job(concurrency=1, ack_wait=60)
async def on_spread_broadcast(job: SpreadBroadcast, app: NotificationsApp) -> None:
    await spread_broadcast(app, job)


@handlers.job(concurrency=1, ack_wait=60)
async def on_retract_broadcast(job: RetractBroadcast, app: NotificationsApp) -> None:
    await retract_broadcast(app, job)


@handlers.every(_EXPIRED_SECONDS)
async def broadcasts_expire(app: NotificationsApp) -> None:
    await end_expired(app)
