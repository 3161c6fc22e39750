"""What happens around a handler of events and jobs: reading the message, setting the context, and turning the
outcome into an ack, another attempt or a dead letter.

Each function here takes a declaration and returns the coroutine function that is called with the message as it
arrived. Whatever goes wrong is settled here: FastStream, which takes the messages, would drop them or try them again at
once.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import nats.errors
import structlog
from nats.aio.msg import Msg
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

type Endpoint = Callable[[Msg], Awaitable[None]]
type _Attempt = Callable[[Msg], Awaitable[str]]
"""Returns the outcome for the metrics."""


def event_endpoint(
    spec: EventSpec, *, app: Any, database: Database, bus: Bus, places: asyncio.Semaphore
) -> Endpoint:
    """`places` are shared by all events of the service: each holds a database connection while it is handled."""
    decode = TypeAdapter(spec.event).validate_json
    together = Together(spec, app=app, database=database, places=places) if spec.together else None

    async def attempt(arrived: Msg) -> str:
        headers = arrived.headers or {}
        if headers.get(ONLY, spec.durable) != spec.durable:
            return "for_another"
        event = decode(arrived.data)
        event_id = UUID(headers[EVENT_ID])
        if together is not None:
            return await together.handle(Heard(event, event_id, current()))
        async with places, database.transaction() as tx:
            if not await tx.claim(spec.durable, event_id):
                return "duplicate"
            with holding(app) as present:
                await spec.run(event, present, tx)
        return "ok"

    return _settling(attempt, kind="event", subject=spec.event.subject, handler=spec.durable, bus=bus)


def job_endpoint(spec: JobSpec, *, app: Any, bus: Bus) -> Endpoint:
    decode = TypeAdapter(spec.job).validate_json

    async def attempt(arrived: Msg) -> str:
        async with _kept_alive(arrived, every=spec.ack_wait / 3):
            with holding(app) as present:
                await spec.run(decode(arrived.data), present)
        return "ok"

    return _settling(attempt, kind="job", subject=spec.job.subject, handler=spec.durable, bus=bus)


def listen_endpoint(spec: ListenSpec, *, app: Any) -> Endpoint:
    decode = TypeAdapter(spec.event).validate_json
    subject = spec.event.subject
    attributes = _consumed(subject)

    async def handle(arrived: Msg) -> None:
        if ONLY in (arrived.headers or {}) or _is_astray(arrived, heard_on=subject):
            return
        context, unreadable = _context_of(arrived)
        with tracing.entering(context, subject, "consumer", attributes):
            try:
                if unreadable is not None:
                    raise unreadable
                with holding(app) as present:
                    await spec.run(decode(arrived.data), present)
            except Exception as error:
                tracing.failed(type(error).__name__)
                log.exception("listener_failed", subject=subject)

    return handle


def live_endpoint(spec: LiveSpec, *, app: Any) -> Endpoint:
    attributes = _consumed(spec.subject)

    async def handle(arrived: Msg) -> None:
        if _is_astray(arrived, heard_on=spec.subject):
            return
        headers = arrived.headers or {}
        context = Context(headers.get(CORRELATION) or str(uuid7()), traceparent=headers.get(TRACEPARENT))
        with use(context), tracing.step(spec.subject, "consumer", attributes):
            try:
                with holding(app) as present:
                    await spec.run(arrived.subject, arrived.data, present)
            except Exception as error:
                tracing.failed(type(error).__name__)
                log.exception("live_topic_failed", subject=spec.subject)

    return handle


def letter_endpoint(spec: LetterSpec, *, app: Any) -> Endpoint:
    """Nothing is buried here, or a letter that cannot be told of would bring forth another."""

    async def handle(arrived: Msg) -> None:
        letter = DeadLetter.arrived(arrived)
        with use(Context(correlation_id=letter.headers.get(CORRELATION) or str(uuid7()))):
            try:
                with holding(app) as present:
                    await spec.run(letter, present)
            except Exception as error:
                delay = next_delay(error, attempt=arrived.metadata.num_delivered) or SCHEDULE[-1]
                log.warning("dead_letter_not_told", seq=letter.seq, delay=delay, error=described(error))
                await _told(arrived.nak(delay))
            else:
                await _told(arrived.ack())

    return _given_back_if_cut_short(handle)


def _is_astray(arrived: Msg, *, heard_on: str) -> bool:
    if astray := is_astray(arrived.subject, heard_on=heard_on):
        log.error("message_astray", subject=heard_on, stored_as=arrived.subject)
    return astray


def _consumed(subject: str, *, by: str = "") -> tracing.Attributes:
    consumer = {"messaging.consumer.group.name": by} if by else {}
    return {**tracing.ON_NATS, "messaging.destination.name": subject, **consumer}


def _settling(attempt: _Attempt, *, kind: str, subject: str, handler: str, bus: Bus) -> Endpoint:
    """Runs one attempt; where it fails, asks for the next one or buries the message."""
    observe = metrics.Observer(kind, subject, says="message_handled")
    attributes = _consumed(subject, by=handler)
    metrics.BURIED.labels(handler)

    async def handle(arrived: Msg) -> None:
        context, unreadable = _context_of(arrived)
        with tracing.entering(context, handler, "consumer", attributes):
            try:
                with observe() as outcome:
                    if unreadable is not None:
                        raise unreadable
                    outcome(await attempt(arrived))
            except Exception as error:
                tracing.failed(tracing.failure_of(error))
                is_permanent = error is unreadable or isinstance(error, ValidationError | KeyError)
                deliveries = arrived.metadata.num_delivered
                delay = None if is_permanent else next_delay(error, attempt=deliveries)
                if delay is None:
                    log.exception("message_buried", handler=handler, attempt=deliveries)
                    await _bury(arrived, handler=handler, reason=described(error), bus=bus)
                    return
                log.warning(
                    "message_retried",
                    handler=handler,
                    attempt=deliveries,
                    delay=delay,
                    error=described(error),
                )
                await _told(arrived.nak(delay))
            else:
                await _told(arrived.ack())

    return _given_back_if_cut_short(handle)


def _context_of(arrived: Msg) -> tuple[Context, ValueError | None]:
    headers = arrived.headers or {}
    try:
        return Context.from_headers(headers, causation_id=headers.get(EVENT_ID)), None
    except ValueError as error:
        return Context(str(uuid7())), error


def _given_back_if_cut_short(handle: Endpoint) -> Endpoint:
    """Whoever leaves the bus in the middle of it leaves it to another replica, at once."""

    async def guarded(arrived: Msg) -> None:
        try:
            await handle(arrived)
        except asyncio.CancelledError:
            await _told(arrived.nak())
            raise

    return guarded


async def _told(verdict: Awaitable[None]) -> None:
    """A verdict that cannot be sent is as good as none: the server delivers the message again."""
    try:
        await verdict
    except (nats.errors.Error, OSError) as error:
        log.warning("message_not_settled", error=type(error).__name__)


async def _bury(arrived: Msg, *, handler: str, reason: str, bus: Bus) -> None:
    subject, headers = burial(arrived, handler=handler, reason=reason)
    try:
        await bus.publish_stored(subject, arrived.data, headers=headers)
    except Unavailable:
        # Without a delay it would come back at once, again and again.
        await _told(arrived.nak(OUTAGE_SCHEDULE[2]))
        return
    metrics.BURIED.labels(handler).inc()
    await _told(arrived.term())


@asynccontextmanager
async def _kept_alive(arrived: Msg, *, every: float) -> AsyncIterator[None]:
    """Tell the server regularly that the work goes on, so that nobody else is given it."""

    async def tick() -> None:
        while True:
            await asyncio.sleep(every)
            await arrived.in_progress()

    ticker = asyncio.create_task(tick())
    try:
        yield
    finally:
        ticker.cancel()
