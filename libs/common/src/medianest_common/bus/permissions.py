"""What each service may do on the bus, found out from what it answers, hears, works on and says that it reaches for.

The server enforces it. Two things are not as one would write them first, and docs/decisions/0018-users-of-the-bus.md
says why: nobody may answer wherever a question came from (`allow_responses`), and one service alone may make streams.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from medianest_common.bus.topology import (
    DEAD_LETTERS,
    consumers_for,
    event_stream,
    own_streams,
    streams_for,
)
from medianest_common.bus.wire import inbox
from medianest_common.contracts.health.inside import NoteRecovery
from medianest_common.contracts.notifications import PUSH_ADMINS, PUSH_ALL, PUSH_ANYONE
from medianest_common.contracts.platform import REPLICA_HEARD
from medianest_common.seeds import OPERATOR
from medianest_common.service import Service

_ONLY_THE_OPERATOR_ASKS = "Operator"
"""How the names of such questions begin."""
_API = "$JS.API."


@dataclass(frozen=True, slots=True)
class Permissions:
    """Subjects with `*` and `>` as the server understands them; what is in neither list is refused."""

    publish: tuple[str, ...]
    subscribe: tuple[str, ...]
    never_publish: tuple[str, ...] = ()
    """Out of what `publish` would allow."""


def permissions(services: Iterable[Service]) -> dict[str, Permissions]:
    """By service. All of them have to be given: who asks whom decides where an answer may go."""
    everybody = {service.name: service for service in services}
    return {
        name: Permissions(
            publish=tuple(sorted(set(_published(service, everybody)))),
            subscribe=tuple(sorted(set(_heard(service)))),
            never_publish=tuple(sorted(_operators_own(everybody))) if service.reach.asks_anything else (),
        )
        for name, service in everybody.items()
    }


def _heard(service: Service) -> Iterator[str]:
    name, handlers = service.name, service.handlers
    yield f"{inbox(name)}.>"
    yield f"rpc.{name}.*"
    yield from (heard.event.subject for heard in handlers.listeners)
    yield from (topic.subject for topic in handlers.live_topics)


def _published(service: Service, everybody: Mapping[str, Service]) -> Iterator[str]:
    name, reach = service.name, service.reach
    yield f"evt.{name}.>"
    yield f"job.{name}.>"
    yield REPLICA_HEARD
    yield NoteRecovery.subject
    yield from (job.subject for job in reach.gives)
    yield from (question.subject for question in reach.asks)
    yield from reach.says
    if reach.asks_anything:
        yield "rpc.*.*"
    if reach.pushes:
        yield from (PUSH_ANYONE, PUSH_ADMINS, PUSH_ALL)
    yield from (f"{inbox(asker)}.>" for asker in _askers(name, everybody))
    # Whatever it is given and cannot handle.
    yield from (f"dlq.{spec.event.subject}" for spec in service.handlers.events)
    yield from (f"dlq.{spec.job.subject}" for spec in service.handlers.jobs)
    yield from (_API + call for call in _calls(service, everybody))
    for consumer in consumers_for(service.handlers):
        yield f"$JS.ACK.{consumer.stream}.{consumer.config.durable_name}.>"


def _askers(name: str, everybody: Mapping[str, Service]) -> Iterator[str]:
    """Who is owed an answer by this service."""
    yield OPERATOR
    for asker in everybody.values():
        asked = (*(question.subject for question in asker.reach.asks), *asker.reach.says)
        if asker.reach.asks_anything or any(
            subject.startswith((f"rpc.{name}.", "rpc.*.")) for subject in asked
        ):
            yield asker.name


def _calls(service: Service, everybody: Mapping[str, Service]) -> Iterator[str]:
    """Of JetStream's own interface, each with the full name of what it is about."""
    name, reach = service.name, service.reach
    yield from (f"STREAM.INFO.{stream}" for stream in own_streams(name))
    for consumer in consumers_for(service.handlers):
        place = f"{consumer.stream}.{consumer.config.durable_name}"
        yield f"CONSUMER.INFO.{place}"
        # With the subject that it filters by, or it could be made to read the whole stream.
        yield f"CONSUMER.CREATE.{place}.{consumer.config.filter_subject}"
        yield f"CONSUMER.MSG.NEXT.{place}"
    if reach.forgets_events:
        yield from (f"STREAM.MSG.{verb}.{event_stream(name)}" for verb in ("GET", "DELETE"))
        yield f"CONSUMER.LIST.{event_stream(name)}"
    if reach.settles_dead_letters:
        yield from (f"STREAM.MSG.{verb}.{DEAD_LETTERS}" for verb in ("GET", "DELETE"))
    if reach.keeps_streams:
        for stream in streams_for(sorted(everybody)):
            yield from (f"STREAM.{verb}.{stream.name}" for verb in ("INFO", "CREATE", "UPDATE"))
    yield from reach.looks


def _operators_own(everybody: Mapping[str, Service]) -> Iterator[str]:
    for service in everybody.values():
        for rpc in service.handlers.rpcs:
            if rpc.message.__name__.startswith(_ONLY_THE_OPERATOR_ASKS):
                yield rpc.message.subject
