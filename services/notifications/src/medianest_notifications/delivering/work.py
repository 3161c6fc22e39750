"""One message that was claimed, with everything that is needed to send it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from medianest_common.contracts.notifications.channels import ChannelKind
from medianest_common.contracts.notifications.deliveries import WORK
from medianest_common.db import Transaction
from medianest_notifications.adapters import smtp
from medianest_notifications.delivering.attempt import LONGEST_SECONDS
from medianest_notifications.models import Channel, Delivery, Entry

_LONGER = {ChannelKind.EMAIL: timedelta(seconds=smtp.LONGEST_SECONDS)}
"""By so much an attempt can take longer than those of other kinds."""


def lease_of(kind: ChannelKind, usual: timedelta) -> timedelta:
    """How long an attempt has before somebody else takes it over."""
    return usual + _LONGER.get(kind, timedelta())


def longest_lease(usual: timedelta) -> timedelta:
    return usual + max(_LONGER.values())


def seconds_for(kind: ChannelKind, usual: timedelta) -> float:
    """Asking, sending and recording all end before that."""
    return min(LONGEST_SECONDS, usual.total_seconds() / 3) + _LONGER.get(kind, timedelta()).total_seconds()


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
