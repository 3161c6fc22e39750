"""Messages of administrators to everybody, to a role, or to some."""

from enum import StrEnum


class BroadcastAudience(StrEnum):
    EVERYONE = "everyone"
    ROLE = "role"
    PEOPLE = "people"


class BroadcastState(StrEnum):
    SENDING = "sending"
    SENT = "sent"
    ENDED = "ended"
    """Expired or withdrawn: nobody has it before them any more."""
