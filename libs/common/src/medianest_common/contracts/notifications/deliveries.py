"""What became of a notification on the way to a person's channels."""

from enum import StrEnum
from uuid import UUID

from pydantic import Field

from medianest_common.contracts.base import Command, Contract, Job, Nothing, Page, Query, Timestamp
from medianest_common.contracts.notifications.channels import ChannelKind


class Urgency(StrEnum):
    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    """Passes quiet hours."""


class DeliveryState(StrEnum):
    QUEUED = "queued"
    """Waits for its turn, or for `due_at`."""
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    """A dead letter: refused, or tried for too long."""
    SUPPRESSED = "suppressed"


class SuppressedFor(StrEnum):
    OFF = "off"
    MUTED = "muted"
    DUPLICATE = "duplicate"
    COLLAPSED = "collapsed"
    CHANNEL_DISABLED = "channel_disabled"
    EXPIRED = "expired"
    SUSPENDED = "suspended"


class HeldFor(StrEnum):
    QUIET_HOURS = "quiet_hours"
    DIGEST = "digest"
    COLLAPSE = "collapse"


class DeliveryReport(Contract):
    """Where one notification went, or why it did not."""

    id: UUID
    channel_id: UUID
    channel: str
    """The name its owner gave it."""
    kind: ChannelKind
    state: DeliveryState
    reason: SuppressedFor | None
    held_for: HeldFor | None
    due_at: Timestamp
    attempts: int
    repeated: bool
    """It may have arrived twice: after a crash nobody could tell whether it had been sent."""
    error: str | None
    """What the provider said, in words."""
    updated_at: Timestamp
    sent_at: Timestamp | None


class DeliveryReports(Contract):
    items: list[DeliveryReport]


class AdminDelivery(DeliveryReport):
    """Says nothing of what the message is about but its type."""

    user_id: UUID
    user_name: str
    target: str
    """Masked."""
    type: str
    expires_at: Timestamp
    created_at: Timestamp


class GetDeliveries(Query[DeliveryReports]):
    """Of one notification of the caller's."""

    id: UUID


class ListDeliveries(Query[Page[AdminDelivery]]):
    """Newest first; without anything asked for, the dead letters."""

    state: DeliveryState = DeliveryState.FAILED
    channel_kind: ChannelKind | None = None
    limit: int = Field(default=20, ge=1, le=100)
    cursor: str | None = None


class ResendDelivery(Command[Nothing]):
    id: UUID


class DeleteDelivery(Command[Nothing]):
    id: UUID


class _Due(Contract):
    """A channel has something to be sent. What, says the database: of one channel it goes out in order."""

    channel_id: UUID


class DeliverEmail(_Due, Job):
    pass


class DeliverWebPush(_Due, Job):
    pass


class DeliverDiscord(_Due, Job):
    pass


class DeliverTelegram(_Due, Job):
    pass


class DeliverNtfy(_Due, Job):
    pass


class DeliverGotify(_Due, Job):
    pass


class DeliverApprise(_Due, Job):
    pass


type Deliver = (
    DeliverEmail
    | DeliverWebPush
    | DeliverDiscord
    | DeliverTelegram
    | DeliverNtfy
    | DeliverGotify
    | DeliverApprise
)
WORK: dict[ChannelKind, type[Deliver]] = {
    ChannelKind.EMAIL: DeliverEmail,
    ChannelKind.WEB_PUSH: DeliverWebPush,
    ChannelKind.DISCORD: DeliverDiscord,
    ChannelKind.TELEGRAM: DeliverTelegram,
    ChannelKind.NTFY: DeliverNtfy,
    ChannelKind.GOTIFY: DeliverGotify,
    ChannelKind.APPRISE: DeliverApprise,
}
"""Each kind has a queue of its own, so that a provider that hangs holds up no other."""


class DeliveryCounts(Contract):
    """Of what was to be sent in the last `days` days; `waiting` is all that is still to be sent."""

    days: int
    sent: int
    failed: int
    suppressed: int
    waiting: int
    failed_by_channel: dict[ChannelKind, int]


class CountDeliveries(Query[DeliveryCounts]):
    """For administrators."""

    days: int = Field(default=7, ge=1, le=366)
