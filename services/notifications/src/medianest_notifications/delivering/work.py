"""One message that was claimed, with everything that is needed to send it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from medianest_common.contracts.notifications.channels import ChannelKind
from medianest_common.contracts.notifications.deliveries import WORK
from medianest_common.db import Transaction
from medianest_notifications.models import Channel, Delivery, Entry


@dataclass(frozen=True, slots=True)
class Work:
    """`deliveries` go out together; the first of them leads, and its attempt number says whose turn it is."""

    channel: Channel
    deliveries: Sequence[Delivery]
    entries: Mapping[UUID, Entry]

    @property
    def leader(self) -> Delivery:
        return self.deliveries[0]

    @property
    def ids(self) -> list[UUID]:
        return [delivery.id for delivery in self.deliveries]


def wake(tx: Transaction, kind: ChannelKind, channel_id: UUID, *, delay: timedelta = timedelta()) -> None:
    """Somebody looks what is to be sent to this channel, once this is committed, or that much later."""
    tx.enqueue(WORK[kind](channel_id=channel_id), delay=delay)
