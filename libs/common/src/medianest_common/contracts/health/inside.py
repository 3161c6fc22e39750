"""What goes on inside the suite: circuit breakers of all replicas, and what broke and was mended."""

from enum import StrEnum
from uuid import UUID

from pydantic import Field

from medianest_common.contracts.base import Body, Command, Contract, Job, Page, Query, Timestamp
from medianest_common.contracts.platform import Breaker


class RecoveryKind(StrEnum):
    BREAKER_OPENED = "breaker_opened"
    BREAKER_CLOSED = "breaker_closed"
    BREAKER_RESET = "breaker_reset"
    """By an administrator."""
    BUS_RESTORED = "bus_restored"
    DATABASE_RESTORED = "database_restored"
    SERVICE_RESTARTED = "service_restarted"
    """It had crashed, and its process lived on."""
    REPLICA_VANISHED = "replica_vanished"
    REPLICA_RETURNED = "replica_returned"
    REPLICA_REPLACED = "replica_replaced"
    """It went without a word, and another has come since."""


class Recovery(Contract):
    """Something that broke, or was mended by itself or by an administrator."""

    id: UUID
    at: Timestamp
    service: str
    instance: str | None = None
    kind: RecoveryKind
    about: str
    """The system behind the breaker, the server that was away, or the service."""
    seconds: float | None = None
    """How long it was broken."""
    detail: str | None = None


class NoteRecovery(Job):
    """For whoever has something to tell; kept on the bus while the health service is away."""

    recovery: Recovery


class ListRecoveries(Query[Page[Recovery]]):
    """Newest first."""

    of_service: str | None = Field(default=None, alias="service", max_length=40)
    of_kind: RecoveryKind | None = Field(default=None, alias="kind")
    limit: int = Field(default=20, ge=1, le=100)
    cursor: str | None = None


class ReplicaBreaker(Breaker):
    service: str
    instance: str


class SilentReplica(Contract):
    """One that is there as far as anybody knows, and did not answer in time."""

    service: str
    instance: str


class ResilienceView(Contract):
    """Those that are not closed come first."""

    breakers: list[ReplicaBreaker]
    silent: list[SilentReplica]


class ReadResilience(Query[ResilienceView]):
    """Every circuit breaker of every replica, asked at this moment."""


class ResetBreakersBody(Body):
    """All there are, or those of one service, one system, one replica, or whatever of these is named."""

    service: str | None = Field(default=None, min_length=1, max_length=40)
    system: str | None = Field(default=None, min_length=1, max_length=100)
    instance: str | None = Field(default=None, min_length=1, max_length=200)


class ResetDone(Contract):
    matched: int
    reset: int
    """Those of them that were not closed, or had counted failures."""
    silent: list[SilentReplica]


class ResetBreakers(Command[ResetDone]):
    body: ResetBreakersBody


class KnownReplica(Contract):
    service: str
    instance: str
    version: str
    started_at: Timestamp
    last_seen_at: Timestamp
    vanished_at: Timestamp | None = None


class KnownReplicas(Contract):
    replicas: list[KnownReplica]


class ListReplicas(Query[KnownReplicas]):
    """Those that are there and those that are missed, for the gateway itself."""
