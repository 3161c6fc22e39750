"""What every service answers about itself."""

from enum import StrEnum
from typing import Literal

from medianest_common.contracts.base import Contract, Timestamp


class CheckStatus(StrEnum):
    OK = "ok"
    DEGRADED = "degraded"
    DOWN = "down"


class Check(Contract):
    name: str
    status: CheckStatus
    latency_ms: float | None = None
    message: str | None = None


class Pool(Contract):
    """Connections to the database."""

    size: int
    in_use: int


class Readiness(Contract):
    """One replica's view of itself: answered on `rpc.<service>.ping` and by `/health/ready` of its own port."""

    service: str
    instance: str
    version: str
    status: CheckStatus
    checks: list[Check]
    uptime_seconds: float
    started_at: Timestamp | None = None
    pool: Pool | None = None


class Liveness(Contract):
    status: Literal["ok"] = "ok"


class Outbox(Contract):
    """What a service has written down to be told and the bus has not taken yet."""

    service: str
    due: int
    """Counted up to 100,000."""
    scheduled: int
    """For later, such as work that is tried again."""
    oldest_seconds: float
    """Of those that are due, how long the oldest has been."""


class OutboxReport(Contract):
    """`outbox` is None for a service that has none, and where the database does not say (`is_known`)."""

    service: str
    is_known: bool
    outbox: Outbox | None = None


def outbox_subject(service: str) -> str:
    """One replica answers with an `OutboxReport`: they share it."""
    return f"rpc.{service}.outbox"


def ping_subject(service: str) -> str:
    return f"rpc.{service}.ping"


REPLICA_HEARD = "live.platform.replica"
"""Every replica says every few seconds that it is there, and once that it goes: an `Announcement`."""


class Presence(StrEnum):
    PRESENT = "present"
    LEFT = "left"


class Announcement(Contract):
    service: str
    instance: str
    version: str
    started_at: Timestamp
    presence: Presence = Presence.PRESENT
    after_crash: bool = False
    """Its process lived on when the service crashed, and has told so by itself."""


class Question(StrEnum):
    """What all replicas of a service are asked at once, each of which answers for itself."""

    READINESS = "readiness"
    RESILIENCE = "resilience"
    RESET_BREAKERS = "reset_breakers"


def each_subject(service: str, question: Question) -> str:
    return f"rpc.{service}.each_{question}"


class BreakerCondition(StrEnum):
    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


class Breaker(Contract):
    """What stands between one replica and one system at one address. Where there are several (`count`), the one that
    is worst."""

    count: int = 1
    system: str
    address: str | None = None
    """Scheme, host and port; None where a user chose it, and for our own servers."""
    state: BreakerCondition
    failures: int
    """In a row, since the last success."""
    threshold: int
    """So many in a row open it."""
    opened_at: Timestamp | None = None
    retry_after: float = 0.0
    """Seconds until one call is let through to try."""
    under_way: int | None = None
    waiting: int | None = None
    """For a place among those that may be under way at once, `places`."""
    places: int | None = None


class Resilience(Contract):
    """Answered on `rpc.<service>.each_resilience` by each replica."""

    service: str
    instance: str
    breakers: list[Breaker]


class ResetBreakersHere(Contract):
    """Asked on `rpc.<service>.each_reset_breakers`; a replica that is not meant answers with nothing reset."""

    system: str | None = None
    instance: str | None = None


class BreakersReset(Contract):
    instance: str
    matched: int
    reset: int
    """Those of them that were not closed, or had counted failures."""
