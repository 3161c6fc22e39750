"""What became of all that was to be sent lately."""

from collections import Counter
from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select

from medianest_common.bus import require
from medianest_common.contracts.identity import Permission
from medianest_common.contracts.notifications.channels import ChannelKind
from medianest_common.contracts.notifications.deliveries import CountDeliveries, DeliveryCounts, DeliveryState
from medianest_notifications.app import NotificationsApp
from medianest_notifications.models import Delivery

_OVER = (DeliveryState.SENT, DeliveryState.FAILED, DeliveryState.SUPPRESSED)
_OPEN = (DeliveryState.QUEUED, DeliveryState.SENDING)
_BITS_BELOW_THE_TIME = 80


async def count_deliveries(app: NotificationsApp, query: CountDeliveries) -> DeliveryCounts:
    require(Permission.SEE_INTERNALS)
    since = app.clock.now() - timedelta(days=query.days)
    # Ids follow the time of their making, and an index has them for each state and kind.
    lowest = UUID(int=int(since.timestamp() * 1000) << _BITS_BELOW_THE_TIME)
    over = Delivery.state.in_(_OVER) & (Delivery.id >= lowest)
    states, failed = Counter[DeliveryState](), Counter[ChannelKind]()
    async with app.db.read() as connection:
        for condition in (over, Delivery.state.in_(_OPEN)):
            for state, kind, number in (await connection.execute(_counted(condition))).all():
                states[DeliveryState(state)] += number
                if state == DeliveryState.FAILED:
                    failed[ChannelKind(kind)] += number
    return DeliveryCounts(
        days=query.days,
        sent=states[DeliveryState.SENT],
        failed=states[DeliveryState.FAILED],
        suppressed=states[DeliveryState.SUPPRESSED],
        waiting=sum(states[state] for state in _OPEN),
        failed_by_channel=dict(failed),
    )


def _counted(condition: ColumnElement[bool]) -> Select[DeliveryState, ChannelKind, int]:
    return (
        select(Delivery.state, Delivery.kind, func.count())
        .where(condition)
        .group_by(Delivery.state, Delivery.kind)
    )
