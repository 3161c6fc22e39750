"""Who somebody is, as the auth service tells. Whoever is suspended is told nothing on channels from then on."""

from medianest_common.contracts.auth import UserChange
from medianest_common.contracts.notifications.deliveries import SuppressedFor
from medianest_common.db import Transaction
from medianest_notifications.app import NotificationsApp
from medianest_notifications.models import Delivery
from medianest_notifications.repository import Recipients
from medianest_notifications.repository.deliveries import Deliveries
from medianest_notifications.repository.held import HeldDeliveries
from medianest_notifications.use_cases.learn_access import expect_access


async def learn_person(app: NotificationsApp, tx: Transaction, event: UserChange) -> None:
    is_news = await Recipients(tx.session).learn(
        {
            "user_id": event.user_id,
            "name": event.name,
            "role": event.role.value,
            "suspended": event.suspended,
            "locale": event.locale,
            "zone": event.time_zone,
            "version": event.version,
        }
    )
    if is_news and event.suspended:
        await HeldDeliveries(tx.session).lock_channels_of(event.user_id)
        await Deliveries(tx.session).suppress(
            Delivery.user_id == event.user_id, reason=SuppressedFor.SUSPENDED, now=app.clock.now()
        )
    await expect_access(tx, event)
