"""What happens around a handler of events and jobs: reading the message, setting the context, and turning the
outcome into an ack, another attempt or a dead letter.

Each function here takes a declaration and returns the coroutine function that FastStream calls with the message as it
arrived. Errors never reach FastStream, whose defaults would drop the message or try again at once.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import structlog
from faststream.exceptions import NackMessage, RejectMessage
from faststream.nats import NatsMessage
from pydantic import TypeAdapter, ValidationError

from medianest_common import tracing
from medianest_common.bus import metrics
from medianest_common.bus.client import Bus
from medianest_common.bus.context import CORRELATION, TRACEPARENT, Context, current, use
from medianest_common.bus.dead_letters import DeadLetter, burial, described
from medianest_common.bus.handlers import EventSpec, Heard, JobSpec, LetterSpec, ListenSpec, LiveSpec
from medianest_common.bus.retry import OUTAGE_SCHEDULE, SCHEDULE, next_delay
from medianest_common.bus.together import Together
from medianest_common.bus.wire import EVENT_ID, ONLY, is_astray
from medianest_common.clock import uuid7
from medianest_common.db.database import Database
from medianest_common.errors import Unavailable
from medianest_common.swapping import holding

log = structlog.get_logger()

type Endpoint = Callable[[NatsMessage], Awaitable[Any]]


def event_endpoint(
    spec: EventSpec, *, app: Any, database: Database, bus: Bus, places: asyncio.Semaphore
) -> Endpoint:
    """`places` are shared by all events of the service: each holds a database connection while it is handled."""
    decode = TypeAdapter(spec.event).validate_json
    observe = metrics.Observer("event", spec.event.subject, says="message_handled")
    attributes = _consumed(spec.event.subject, by=spec.durable)
    metrics.BURIED.labels(spec.durable)
    together = Together(spec, app=app, database=database, places=places) if spec.together else None

    async def attempt(arrived: NatsMessage) -> str:
        if arrived.headers.get(ONLY, spec.durable) != spec.durable:
            return "for_another"
        event = decode(arrived.body)
        event_id = UUID(arrived.headers[EVENT_ID])
        if together is not None:
            heard = Heard(event, event_id, current())
            return await together.handle(heard, alone=arrived.raw_message.metadata.num_delivered > 1)
        async with places, database.transaction() as tx:
            if not await tx.claim(spec.durable, event_id):
                return "duplicate"
            with holding(app) as present:
                await spec.run(event, present, tx)
        return "ok"

    async def handle(arrived: NatsMessage) -> None:
        context = Context.from_headers(arrived.headers, causation_id=arrived.headers.get(EVENT_ID))
        with tracing.entering(context, spec.durable, "consumer", attributes), observe() as outcome:
            outcome(await _until_settled(arrived, attempt, handler=spec.durable, bus=bus))

    return handle


def job_endpoint(spec: JobSpec, *, app: Any, bus: Bus) -> Endpoint:
    decode = TypeAdapter(spec.job).validate_json
    observe = metrics.Observer("job", spec.job.subject, says="message_handled")
    attributes = _consumed(spec.job.subject, by=spec.durable)
    metrics.BURIED.labels(spec.durable)

    async def attempt(arrived: NatsMessage) -> str:
        async with _kept_alive(arrived, every=spec.ack_wait / 3):
            with holding(app) as present:
                await spec.run(decode(arrived.body), present)
        return "ok"

    async def handle(arrived: NatsMessage) -> None:
        context = Context.from_headers(arrived.headers, causation_id=arrived.headers.get(EVENT_ID))
        with tracing.entering(context, spec.durable, "consumer", attributes), observe() as outcome:
            outcome(await _until_settled(arrived, attempt, handler=spec.durable, bus=bus))

    return handle


def listen_endpoint(spec: ListenSpec, *, app: Any) -> Endpoint:
    decode = TypeAdapter(spec.event).validate_json
    subject = spec.event.subject
    attributes = _consumed(subject)

    async def handle(arrived: NatsMessage) -> None:
        if ONLY in arrived.headers or _is_astray(arrived, heard_on=subject):
            return
        with tracing.entering(Context.from_headers(arrived.headers), subject, "consumer", attributes):
            try:
                with holding(app) as present:
                    await spec.run(decode(arrived.body), present)
            except Exception as error:
                tracing.failed(type(error).__name__)
                log.exception("listener_failed", subject=subject)

    return handle


def live_endpoint(spec: LiveSpec, *, app: Any) -> Endpoint:
    attributes = _consumed(spec.subject)

    async def handle(arrived: NatsMessage) -> None:
        if _is_astray(arrived, heard_on=spec.subject):
            return
        headers = arrived.headers
        context = Context(headers.get(CORRELATION) or str(uuid7()), traceparent=headers.get(TRACEPARENT))
        with use(context), tracing.step(spec.subject, "consumer", attributes):
            try:
                with holding(app) as present:
                    await spec.run(arrived.raw_message.subject, arrived.body, present)
            except Exception as error:
                tracing.failed(type(error).__name__)
                log.exception("live_topic_failed", subject=spec.subject)

    return handle


def letter_endpoint(spec: LetterSpec, *, app: Any) -> Endpoint:
    """Nothing is buried here, or a letter that cannot be told of would bring forth another."""

    async def handle(arrived: NatsMessage) -> None:
        letter = DeadLetter.arrived(arrived)
        with use(Context(correlation_id=letter.headers.get(CORRELATION) or str(uuid7()))):
            try:
                with holding(app) as present:
                    await spec.run(letter, present)
            except Exception as error:
                deliveries = arrived.raw_message.metadata.num_delivered
                delay = next_delay(error, attempt=deliveries) or SCHEDULE[-1]
                log.warning("dead_letter_not_told", seq=letter.seq, delay=delay, error=described(error))
                raise NackMessage(delay=delay) from error

    return handle


def _is_astray(arrived: NatsMessage, *, heard_on: str) -> bool:
    subject = arrived.raw_message.subject
    if astray := is_astray(subject, heard_on=heard_on):
        log.error("message_astray", subject=heard_on, stored_as=subject)
    return astray


def _consumed(subject: str, *, by: str = "") -> tracing.Attributes:
    consumer = {"messaging.consumer.group.name": by} if by else {}
    return {**tracing.ON_NATS, "messaging.destination.name": subject, **consumer}


async def _until_settled(
    arrived: NatsMessage, attempt: Callable[[NatsMessage], Awaitable[str]], *, handler: str, bus: Bus
) -> str:
    """Run one attempt; on failure ask for the next one or bury the message. Returns the outcome for the metrics."""
    deliveries = arrived.raw_message.metadata.num_delivered
    try:
        return await attempt(arrived)
    except Exception as error:
        tracing.failed(tracing.failure_of(error))
        permanent = isinstance(error, ValidationError | KeyError)
        delay = None if permanent else next_delay(error, attempt=deliveries)
        if delay is not None:
            log.warning(
                "message_retried", handler=handler, attempt=deliveries, delay=delay, error=described(error)
            )
            raise NackMessage(delay=delay) from error
        log.exception("message_buried", handler=handler, attempt=deliveries)
        await _bury(arrived, handler=handler, reason=described(error), bus=bus)
        raise RejectMessage from error


async def _bury(arrived: NatsMessage, *, handler: str, reason: str, bus: Bus) -> None:
    subject, headers = burial(arrived, handler=handler, reason=reason)
    try:
        await bus.publish_stored(subject, arrived.body, headers=headers)
    except Unavailable as error:
        # Without a delay it would come back at once, again and again.
        raise NackMessage(delay=OUTAGE_SCHEDULE[2]) from error
    metrics.BURIED.labels(handler).inc()


@asynccontextmanager
async def _kept_alive(arrived: NatsMessage, *, every: float) -> AsyncIterator[None]:
    """Tell the server regularly that the work goes on, so that nobody else is given it."""

    async def tick() -> None:
        while True:
            await asyncio.sleep(every)
            await arrived.raw_message.in_progress()

    ticker = asyncio.create_task(tick())
    try:
        yield
    finally:
        ticker.cancel()
