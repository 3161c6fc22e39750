"""What a crash, a lost stream or an outage has left lying is taken up again."""

from datetime import timedelta

from sqlalchemy import select

from medianest_common.contracts.notifications.channels import ChannelState
from medianest_notifications.app import NotificationsApp
from medianest_notifications.channel_views import NEED_NO_CODE
from medianest_notifications.delivering.work import longest_lease, wake
from medianest_notifications.models import Channel
from medianest_notifications.repository import Recipients
from medianest_notifications.repository.channels import Channels
from medianest_notifications.repository.deliveries import Deliveries
from medianest_notifications.repository.delivery_views import overdue_channels

PATIENCE = timedelta(seconds=30)
"""What is due for so long and not sent has been lost sight of: its worker is gone, or the bus has forgotten."""

NOT_AGAIN_FOR = timedelta(minutes=2)
"""While the bus is away what wakes a channel waits for it: there need be no more of it than one."""

KEEP_DEAD_BROWSERS = timedelta(days=1)


async def look_after_deliveries(app: NotificationsApp) -> None:
    now = app.clock.now()
    async with app.db.transaction() as tx:
        await Deliveries(tx.session).shorten_leases(now=now, longest=longest_lease(app.lease))
    async with app.db.read() as connection:
        forgotten = await overdue_channels(
            connection, now=now, before=now - PATIENCE, woken_before=now - NOT_AGAIN_FOR
        )
    if forgotten:
        async with app.db.transaction() as tx:
            for channel_id, kind in await Channels(tx.session).take_up_again(forgotten, now=now):
                wake(tx, kind, channel_id)


async def forget_dead_browsers(app: NotificationsApp) -> None:
    """A subscription that has ended never comes back: a browser that is subscribed anew has another address. It is
    shown for a day, so that the notice about it can be understood."""
    dead = (
        Channel.kind.in_(NEED_NO_CODE),
        Channel.state == ChannelState.DISABLED,
        Channel.updated_at < app.clock.now() - KEEP_DEAD_BROWSERS,
    )
    async with app.db.read() as connection:
        owners = (await connection.execute(select(Channel.user_id).where(*dead).distinct())).scalars().all()
    for user_id in owners:
        async with app.db.transaction() as tx:
            # What was chosen for a channel goes with it, and for who leaves before it: not both at once.
            await Recipients(tx.session).has_left(user_id)
            await Channels(tx.session).delete(Channel.user_id == user_id, *dead)
