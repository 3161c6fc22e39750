"""What was given up is tried once more, or cleared away, when an administrator says so."""

from medianest_common.bus import require
from medianest_common.contracts.base import Nothing
from medianest_common.contracts.identity import Permission
from medianest_common.contracts.notifications import NotificationType
from medianest_common.contracts.notifications.channels import ChannelState
from medianest_common.contracts.notifications.deliveries import DeleteDelivery, DeliveryState, ResendDelivery
from medianest_common.errors import Conflict, NotFound
from medianest_notifications.app import NotificationsApp
from medianest_notifications.auditing import decided
from medianest_notifications.delivering.ages import max_age
from medianest_notifications.delivering.work import wake
from medianest_notifications.models import Delivery
from medianest_notifications.repository.channels import Channels
from medianest_notifications.repository.deliveries import Deliveries


class DeliveryNotFound(NotFound):
    title = "There is no such delivery"


class DeliveryNotOver(Conflict):
    title = "This delivery was not given up"


class ChannelNotActive(Conflict):
    title = "Its channel takes no messages"


async def resend_delivery(app: NotificationsApp, command: ResendDelivery) -> Nothing:
    """Twice at once is one message: the second finds it queued."""
    require(Permission.MANAGE_SERVICES)
    now = app.clock.now()
    async with app.db.transaction() as tx:
        deliveries = Deliveries(tx.session)
        known = await deliveries.get(command.id)
        if known is None:
            raise DeliveryNotFound()
        channel = await Channels(tx.session).get(known.channel_id, lock=True)
        if channel is None:
            raise DeliveryNotFound()
        if channel.state is not ChannelState.ACTIVE:
            raise ChannelNotActive("Its owner has to verify it again first.")
        again = await deliveries.requeue(known.id, now=now, lasts=max_age(NotificationType(known.type)))
        if again is None:
            raise DeliveryNotOver("It is on its way, was sent, or was not wanted.")
        channel.held_until = None
        wake(tx, channel.kind, channel.id)
        decided(tx, "delivery_resend", f"delivery:{command.id}")
    return Nothing()


async def delete_delivery(app: NotificationsApp, command: DeleteDelivery) -> Nothing:
    """Only a dead letter: what is on its way is its owner's."""
    require(Permission.MANAGE_SERVICES)
    async with app.db.transaction() as tx:
        deliveries = Deliveries(tx.session)
        gone = await deliveries.delete(Delivery.id == command.id, Delivery.state == DeliveryState.FAILED)
        if not gone and await deliveries.get(command.id) is not None:
            raise DeliveryNotOver("Only what was given up can be cleared away.")
        if gone:
            decided(tx, "delivery_delete", f"delivery:{command.id}")
    if not gone:
        raise DeliveryNotFound()
    return Nothing()
