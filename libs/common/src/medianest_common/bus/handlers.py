"""What a service answers, hears and does, declared beside the functions that do it."""

import inspect
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from types import get_original_bases
from typing import Any, get_args, get_origin, get_type_hints
from uuid import UUID

from medianest_common.bus.context import Context
from medianest_common.contracts.base import Command, Event, Job, Message, Query, Rpc

type Handler = Callable[..., Awaitable[Any]]

RPC_CONCURRENCY = 32
"""Questions on one subject that are worked on at once; more wait their turn in the client."""


@dataclass(frozen=True, slots=True)
class Raw:
    """An answer that is already bytes: JSON from the database, or an image."""

    body: bytes
    content_type: str = "application/json"


@dataclass(frozen=True, slots=True)
class Heard[E: Event]:
    """An event with its id, and with what led to it: `with use(heard.context)` while something is done about it."""

    event: E
    id: UUID
    context: Context


@dataclass(frozen=True, slots=True)
class RpcSpec:
    message: type[Rpc[Any]]
    run: Handler
    concurrency: int


@dataclass(frozen=True, slots=True)
class EventSpec:
    event: type[Event]
    run: Handler
    durable: str
    concurrency: int
    together: bool


@dataclass(frozen=True, slots=True)
class JobSpec:
    job: type[Job]
    run: Handler
    durable: str
    concurrency: int
    ack_wait: float


@dataclass(frozen=True, slots=True)
class ListenSpec:
    event: type[Event]
    run: Handler


@dataclass(frozen=True, slots=True)
class LiveSpec:
    subject: str
    run: Handler


@dataclass(frozen=True, slots=True)
class LetterSpec:
    run: Handler
    durable: str
    concurrency: int


@dataclass(frozen=True, slots=True)
class TimerSpec:
    name: str
    seconds: float
    run: Handler


@dataclass
class Handlers:
    """The registry of one service; nothing happens until the lifecycle binds it to a broker."""

    service: str
    rpcs: list[RpcSpec] = field(default_factory=list)
    events: list[EventSpec] = field(default_factory=list)
    jobs: list[JobSpec] = field(default_factory=list)
    listeners: list[ListenSpec] = field(default_factory=list)
    live_topics: list[LiveSpec] = field(default_factory=list)
    letters: list[LetterSpec] = field(default_factory=list)
    timers: list[TimerSpec] = field(default_factory=list)

    def rpc[F: Handler](self, run: F) -> F:
        """Answer the query or command that the first parameter is annotated with."""
        return self.crowded_rpc(concurrency=RPC_CONCURRENCY)(run)

    def crowded_rpc[F: Handler](self, *, concurrency: int) -> Callable[[F], F]:
        """The same with more at once, for what has to tell a crowd in time that it is too large: others who ask wait
        unanswered until there is a place.
        """

        def register(run: F) -> F:
            message = _first_parameter(run)
            if not issubclass(message, Query | Command) or message.service != self.service:
                raise TypeError(f"{run.__qualname__} must take a query or command of {self.service}")
            self.rpcs.append(RpcSpec(message=message, run=run, concurrency=concurrency))
            return run

        return register

    def on[F: Handler](self, *events: type[Event], concurrency: int = 16) -> Callable[[F], F]:
        """React to events once each, inside a transaction that has already claimed the event in the inbox."""
        return self._hearing(events, concurrency=concurrency, together=False)

    def on_together[F: Handler](self, *events: type[Event], at_most: int = 100) -> Callable[[F], F]:
        """The same for all that wait at that moment, often one, in one transaction: the function is given a sequence of
        `Heard`, in order. Nothing waits for others to come. Where it fails for several, each is tried by itself.

        For a crowd that would wait for the same rows. Who locks several locks them in an order that all agree on.
        """
        return self._hearing(events, concurrency=at_most, together=True)

    def _hearing[F: Handler](
        self, events: Sequence[type[Event]], *, concurrency: int, together: bool
    ) -> Callable[[F], F]:
        def register(run: F) -> F:
            for event in events:
                noun_past = event.type.partition(".")[2].replace(".", "_")
                durable = f"{self.service}__{noun_past}"
                self.events.append(
                    EventSpec(
                        event=event, run=run, durable=durable, concurrency=concurrency, together=together
                    )
                )
            return run

        return register

    def job[F: Handler](self, *, concurrency: int = 4, ack_wait: float = 30) -> Callable[[F], F]:
        """Do work that was enqueued; at least once, so the function looks before it acts."""

        def register(run: F) -> F:
            job = _first_parameter(run)
            if not issubclass(job, Job) or job.service != self.service:
                raise TypeError(f"{run.__qualname__} must take a job of {self.service}")
            durable = f"{self.service}__{job.subject.rpartition('.')[2]}"
            self.jobs.append(
                JobSpec(job=job, run=run, durable=durable, concurrency=concurrency, ack_wait=ack_wait)
            )
            return run

        return register

    def listen[F: Handler](self, *events: type[Event]) -> Callable[[F], F]:
        """Hear events in every replica, while connected only: for caches that can be rebuilt."""

        def register(run: F) -> F:
            self.listeners.extend(ListenSpec(event=event, run=run) for event in events)
            return run

        return register

    def live[F: Handler](self, subject: str) -> Callable[[F], F]:
        """Be given the bytes of what passes on a core subject, in every replica, one message after the other.

        The function takes the subject the message came on, the bytes, and the application. `*` stands for one token.
        """

        def register(run: F) -> F:
            self.live_topics.append(LiveSpec(subject=subject, run=run))
            return run

        return register

    def dead_letters[F: Handler](self, *, concurrency: int = 4) -> Callable[[F], F]:
        """Be told of every message that could not be handled, whoever's it was, in one replica; at least once. What
        goes wrong there is tried again for ever."""

        def register(run: F) -> F:
            durable = f"{self.service}__dead_letters"
            self.letters.append(LetterSpec(run=run, durable=durable, concurrency=concurrency))
            return run

        return register

    def every[F: Handler](self, seconds: float) -> Callable[[F], F]:
        """Run by the clock in the one replica that leads."""

        def register(run: F) -> F:
            self.timers.append(TimerSpec(name=run.__name__, seconds=seconds, run=run))
            return run

        return register


def _first_parameter(run: Handler) -> type[Message]:
    first = next(iter(inspect.signature(run).parameters))
    annotation: type[Message] = get_type_hints(run)[first]
    return annotation


def answer_type(message: type[Message]) -> Any:
    """The `R` of a `Query[R]` or `Command[R]`."""
    for model in message.__mro__:
        for base in get_original_bases(model):
            if get_origin(base) in (Query, Command, Rpc) and (args := get_args(base)):
                return args[0]
    raise TypeError(f"{message.__name__} does not say what it is answered with")
