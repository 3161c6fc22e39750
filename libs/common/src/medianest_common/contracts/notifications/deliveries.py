"""What became of a notification on the way to a person's channels."""

from enum import StrEnum


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


class HeldFor(StrEnum):
    QUIET_HOURS = "quiet_hours"
    DIGEST = "digest"
    COLLAPSE = "collapse"
