"""The queues of the suite, as administrators see them: streams and who reads them, outboxes, and dead letters."""

from enum import StrEnum
from uuid import UUID

from pydantic import Field

from medianest_common.contracts.base import Body, Command, Contract, Event, Job, Page, Query, Timestamp
from medianest_common.contracts.platform import Outbox

HIGHEST = 2**63


class StreamKind(StrEnum):
    EVENTS = "events"
    JOBS = "jobs"
    DEAD_LETTERS = "dead_letters"
    OTHER = "other"


class WhenFull(StrEnum):
    DROPS_OLDEST = "drops_oldest"
    REFUSES = "refuses"


class QueueConsumer(Contract):
    """One handler of one service, and how far it has come. `in_flight` was delivered and is not answered yet."""

    name: str
    service: str
    subject: str
    pending: int
    in_flight: int
    redelivered: int
    last_delivered_at: Timestamp | None
    last_answered_at: Timestamp | None


class QueueStream(Contract):
    """`service` is who fills it with events, or does its jobs. Limits are None where there is none."""

    name: str
    kind: StreamKind
    service: str | None
    messages: int
    bytes: int
    oldest_at: Timestamp | None
    newest_at: Timestamp | None
    max_bytes: int | None
    max_age_seconds: float | None
    when_full: WhenFull
    consumers: list[QueueConsumer]


class DeadLetterCount(Contract):
    """Of one handler, those that wait for a decision."""

    handler: str
    service: str
    waiting: int
    oldest_at: Timestamp
    newest_at: Timestamp


class Queues(Contract):
    """`streams` is None where the bus does not say. `outboxes` holds the services that answered, `silent` those that
    did not."""

    streams: list[QueueStream] | None
    outboxes: list[Outbox]
    silent: list[str]
    dead_letters: list[DeadLetterCount]


class ReadQueues(Query[Queues]):
    """Asked at this moment."""


class DeadLetterState(StrEnum):
    WAITING = "waiting"
    RETRIED = "retried"
    """Given to its handler once more. Should that fail again, there is a new one."""
    DROPPED = "dropped"


class DeadLetterKind(StrEnum):
    EVENT = "event"
    JOB = "job"


class DeadLetter(Contract):
    """A message that one handler could not handle, however often it tried; others have heard it all the same."""

    seq: int
    kind: DeadLetterKind
    subject: str
    service: str
    """Whose handler it is."""
    handler: str
    reason: str
    attempts: int
    retries: int
    """By administrators, before it came here again."""
    message_id: UUID | None
    correlation_id: str | None
    bytes: int
    buried_at: Timestamp
    state: DeadLetterState
    settled_at: Timestamp | None


class DeadLetterDetails(DeadLetter):
    """What looks like a secret is hidden in both. `body` is None once the message has gone from the bus, after 30 days
    or because it was settled; JSON is written out in lines."""

    headers: dict[str, str]
    body: str | None
    is_json: bool
    is_cut: bool
    """There is more of it."""


class ListDeadLetters(Query[Page[DeadLetter]]):
    """The newest first."""

    state: DeadLetterState = DeadLetterState.WAITING
    of_service: str | None = Field(default=None, alias="service", min_length=1, max_length=40)
    handler: str | None = Field(default=None, min_length=1, max_length=120)
    of_subject: str | None = Field(default=None, alias="subject", min_length=1, max_length=200)
    reason: str | None = Field(default=None, min_length=1, max_length=100)
    """Somewhere in it, whatever the case."""
    limit: int = Field(default=20, ge=1, le=100)
    cursor: str | None = None


class GetDeadLetter(Query[DeadLetterDetails]):
    seq: int


class RetryDeadLetter(Command[DeadLetter]):
    seq: int


class DropDeadLetter(Command[DeadLetter]):
    seq: int


class DeadLetterFilter(Body):
    """Which of those that wait; what is not named narrows nothing down. Something has to be named: `everything` is for
    whoever means all of them."""

    service: str | None = Field(default=None, min_length=1, max_length=40)
    handler: str | None = Field(default=None, min_length=1, max_length=120)
    subject: str | None = Field(default=None, min_length=1, max_length=200)
    reason: str | None = Field(default=None, min_length=1, max_length=100)
    """Somewhere in it, whatever the case."""
    up_to: int | None = Field(default=None, ge=1, lt=HIGHEST)
    """None with a higher `seq`: what has come since the list was read is left alone."""
    after: int = Field(default=0, ge=0, lt=HIGHEST)
    """To go on with, where the answer says so."""
    everything: bool = False


class DeadLettersSettled(Contract):
    """Some at a time: `next_after` is None once all have been gone through."""

    settled: int
    skipped: int
    """They cannot be retried: nobody handles them any more, or they are nothing that could be understood."""
    next_after: int | None


class RetryDeadLetters(Command[DeadLettersSettled]):
    which: DeadLetterFilter


class DropDeadLetters(Command[DeadLettersSettled]):
    which: DeadLetterFilter


class LetterPlace(Contract):
    seq: int
    buried_at: Timestamp


class RemoveDeadLetters(Job):
    """They are settled, and taken off the bus."""

    letters: list[LetterPlace]


class DeadLetterFound(Event):
    """At most once an hour for a handler: `count` have come since it was told last, `reason` is that of the latest."""

    handler: str
    handler_service: str
    reason: str
    count: int
    waiting: int
