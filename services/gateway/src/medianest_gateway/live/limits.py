"""How much one node, one address, one person and one stream may cost."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    in_all: int = 10_000
    per_address: int = 200
    per_user: int = 10
    """On each node; one more closes the oldest."""
    waiting_messages: int = 256
    waiting_characters: int = 1 << 20
    waiting_topics: int = 1024
    """Passing states of different keys; what is beyond is not sent, since nobody can be shown so many."""
    live_interval: float = 0.25
    """Seconds between two states of one key."""
    heartbeat: float = 25.0
    auth_seconds: float = 5.0
    send_seconds: float = 10.0
    close_seconds: float = 1.0
    grace_seconds: float = 25.0
    """How long a stream may outlive its admission while the client fetches a new ticket."""
    refresh_ahead: float = 60.0
    messages_per_second: int = 20
    reorder_seconds: float = 0.2
    """How long a missing number is waited for before it is fetched: two commits may be told in the wrong order."""
    most_apart: float = 10.0
    """After a shutdown, clients come back spread over this many seconds."""
