"""What a crash, a lost stream or an outage has left lying is taken up again."""

from datetime import timedelta

from medianest_notifications.app import NotificationsApp
from medianest_notifications.delivering.work import wake
from medianest_notifications.repository.delivery_views import overdue_channels

PATIENCE = timedelta(seconds=30)
"""What is due for so long and not sent has been lost sight of: its worker is gone, or the bus has forgotten."""


async def look_after_deliveries(app: NotificationsApp) -> None:
    now = app.clock.now()
    async with app.db.read() as connection:
        forgotten = await overdue_channels(connection, now=now, before=now - PATIENCE)
    if forgotten:
        async with app.db.transaction() as tx:
            for channel_id, kind in forgotten:
                wake(tx, kind, channel_id)
