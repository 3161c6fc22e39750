"""What administrators see of the inside: every replica of every service, and the streams of the bus."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress

import nats.errors
from nats.js.api import StreamInfo
from nats.js.errors import APIError
from pydantic import ValidationError

from medianest_common.bus import Bus
from medianest_common.bus.topology import DEAD_LETTERS
from medianest_common.contracts.base import Contract, Timestamp
from medianest_common.contracts.health.inside import KnownReplica, ListReplicas
from medianest_common.contracts.platform import CheckStatus, Question, Readiness, each_subject
from medianest_common.errors import MediaNestError
from medianest_common.lifecycle import SERVICES

_KNOWN_SECONDS = 0.5
_ANSWER_SECONDS = 1.5
_STREAM_SECONDS = 2.0


class SilentReplica(Contract):
    """One that is known and did not answer. `vanished_at` where it has not been heard of for a while."""

    instance: str
    version: str
    started_at: Timestamp
    last_seen_at: Timestamp
    vanished_at: Timestamp | None


class ServiceDetails(Contract):
    """Down where no replica answers, degraded where one is not well or says nothing."""

    service: str
    status: CheckStatus
    replicas: list[Readiness]
    silent: list[SilentReplica]


class ConsumerDetails(Contract):
    name: str
    waiting: int
    """Not delivered yet."""
    under_way: int
    redelivered: int


class StreamDetails(Contract):
    name: str
    messages: int
    bytes: int
    consumers: list[ConsumerDetails]


class Details(Contract):
    """`streams` and `dead_letters`, of which there is more at `/admin/queues`, are None where the bus does not say."""

    services: list[ServiceDetails]
    streams: list[StreamDetails] | None
    dead_letters: int | None = None
    """Messages that could not be handled and wait for somebody to decide."""


async def look_inside(bus: Bus) -> Details:
    services, streams = await asyncio.gather(_services(bus), _streams(bus))
    letters = None if streams is None else sum(each.messages for each in streams if each.name == DEAD_LETTERS)
    return Details(services=services, streams=streams, dead_letters=letters)


async def _services(bus: Bus) -> list[ServiceDetails]:
    """Everybody is asked at once. Who should be there is known to the health service; without it we wait a little."""
    known = await _known(bus)
    there = {each.instance for each in known if each.vanished_at is None}
    answers: list[Readiness] = []

    def enough(bodies: Sequence[bytes]) -> bool:
        with suppress(ValidationError):
            answers.append(Readiness.model_validate_json(bodies[-1]))
        return bool(there) and there <= {each.instance for each in answers}

    subjects = [each_subject(service, Question.READINESS) for service in SERVICES]
    await bus.ask_each(subjects, timeout=_ANSWER_SECONDS, enough=enough)
    answered = {each.instance for each in answers}
    found = []
    for service in SERVICES:
        replicas = sorted(
            (each for each in answers if each.service == service), key=lambda each: each.instance
        )
        silent = [
            SilentReplica(**each.model_dump(by_alias=False, exclude={"service"}))
            for each in known
            if each.service == service and each.instance not in answered
        ]
        status = _status(replicas, is_complete=not silent)
        found.append(ServiceDetails(service=service, status=status, replicas=replicas, silent=silent))
    return found


def _status(replicas: Sequence[Readiness], *, is_complete: bool) -> CheckStatus:
    present = {each.status for each in replicas}
    if not present - {CheckStatus.DOWN}:
        return CheckStatus.DOWN
    return CheckStatus.OK if is_complete and present == {CheckStatus.OK} else CheckStatus.DEGRADED


async def _known(bus: Bus) -> Sequence[KnownReplica]:
    try:
        return (await bus.call(ListReplicas(), timeout=_KNOWN_SECONDS)).replicas
    except MediaNestError:
        return []


async def _streams(bus: Bus) -> list[StreamDetails] | None:
    try:
        async with asyncio.timeout(_STREAM_SECONDS):
            streams = await bus.js.streams_info()
            return list(await asyncio.gather(*(_stream(bus, stream) for stream in streams)))
    except (nats.errors.Error, APIError, TimeoutError, OSError):
        return None


async def _stream(bus: Bus, stream: StreamInfo) -> StreamDetails:
    name = stream.config.name or ""
    consumers = await bus.js.consumers_info(name) if stream.state.consumer_count else []
    return StreamDetails(
        name=name,
        messages=stream.state.messages,
        bytes=stream.state.bytes,
        consumers=[
            ConsumerDetails(
                name=each.name,
                waiting=each.num_pending or 0,
                under_way=each.num_ack_pending or 0,
                redelivered=each.num_redelivered or 0,
            )
            for each in sorted(consumers, key=lambda each: each.name)
        ],
    )
