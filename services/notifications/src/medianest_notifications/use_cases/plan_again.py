"""What already waits for a person is decided anew, by what the person wants now."""

from uuid import UUID

from medianest_common.contracts.notifications.deliveries import HeldFor
from medianest_common.db import Transaction
from medianest_notifications.app import NotificationsApp
from medianest_notifications.planning.decision import plan
from medianest_notifications.repository.held import HeldDeliveries
from medianest_notifications.repository.preferences import Preferences


async def plan_again(app: NotificationsApp, tx: Transaction, user_id: UUID) -> None:
    """What has no more reason to wait is due, and goes out with the next round of the release."""
    now, held = app.clock.now(), HeldDeliveries(tx.session)
    await held.lock_channels_of(user_id)
    waiting = await held.of_person(user_id)
    if not waiting:
        return
    reader = await Preferences(tx.session).reader(user_id, household_zone=app.household_zone)
    for each in waiting:
        planned = plan(each.matter, reader, each.endpoint, now=now)
        if planned.reason is not None:
            await held.suppress(each.delivery.id, planned.reason, now=now)
        elif each.delivery.held_for is not HeldFor.COLLAPSE:
            await held.hold(each.delivery, planned, now=now)
