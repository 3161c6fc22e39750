"""The only place that builds a FastStream broker, and the only one that knows its options."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any

import nats.errors
import structlog
from fast_depends import Provider
from faststream import AckPolicy
from faststream.nats import JStream, NatsBroker, NatsMessage, PullSub
from faststream.nats.message import NatsBatchMessage
from faststream.nats.security import NatsNKey, NatsSecurity
from nats.aio.client import Client
from nats.js import JetStreamContext

from medianest_common.bus.client import Bus
from medianest_common.bus.credentials import Credentials
from medianest_common.bus.endpoints import (
    Endpoint,
    event_endpoint,
    job_endpoint,
    letter_endpoint,
    listen_endpoint,
    live_endpoint,
)
from medianest_common.bus.handlers import Handlers
from medianest_common.bus.pulling import Pull
from medianest_common.bus.topology import DEAD_LETTERS, EVERY_DEAD_LETTER, event_stream, job_stream
from medianest_common.bus.violations import Violations, is_refusal_of_user
from medianest_common.bus.wire import inbox
from medianest_common.db.database import Database

log = structlog.get_logger()

_START_SECONDS = 10.0
_FLUSH_SECONDS = 2
_KEPT_FOR_QUESTIONS = 4
_UNKNOWN_USER = "the server does not know this user; `medianest nats-users` says what it has to read"
_silent = logging.getLogger("medianest.faststream")
_silent.setLevel(logging.CRITICAL)


def make_broker(
    url: str,
    *,
    name: str,
    credentials: Credentials,
    violations: Violations,
    on_closed: Callable[[], None],
    on_lost: Callable[[], None] = lambda: None,
    on_back: Callable[[], None] = lambda: None,
) -> NatsBroker:
    """A broker that reconnects for ever and never decides the fate of a message by itself.

    `on_closed` is called if the client gives up all the same; the service is then restarted, because a closed client
    never comes back and its pull loops would spin. `on_lost` is called when it is left in order, too.
    """

    async def closed() -> None:
        on_closed()

    async def disconnected() -> None:
        log.info("bus_disconnected", service=name)
        on_lost()

    async def reconnected() -> None:
        log.info("bus_reconnected", service=name)
        on_back()

    async def failed(error: Exception) -> None:
        if violations.heard(error):
            return
        hint = _UNKNOWN_USER if is_refusal_of_user(error) else None
        log.warning("bus_error", service=name, error=str(error) or type(error).__name__, hint=hint)

    security = (
        NatsNKey.from_seed(credentials.seed, ssl_context=credentials.tls)
        if credentials.seed
        else NatsSecurity(ssl_context=credentials.tls)
        if credentials.tls
        else None
    )

    return NatsBroker(
        url,
        name=f"medianest-{name}",
        security=security,
        connect_timeout=5,
        max_reconnect_attempts=-1,
        reconnect_time_wait=0.25,  # type: ignore[arg-type]
        ping_interval=10,
        inbox_prefix=inbox(name),
        ack_policy=AckPolicy.MANUAL,
        graceful_timeout=5.0,
        apply_types=False,
        # Else a model is made for each handler, of what it is given: a message as it came, all the same.
        serializer=None,
        decoder=_as_it_came,
        provider=Provider(),
        logger=_silent,
        closed_cb=closed,
        disconnected_cb=disconnected,
        reconnected_cb=reconnected,
        error_cb=failed,
    )


async def stop_broker(broker: NatsBroker, client: Client) -> None:
    """Leave the bus, also while it cannot be reached and there is nothing to drain."""
    try:
        await broker.stop()
    except nats.errors.Error as error:
        log.info("bus_left_while_away", error=type(error).__name__)
        # The client would write what is pending to a connection that is gone, and stumble over it.
        client._pending, client._pending_data_size = [], 0
        await client.close()


async def _as_it_came(message: NatsMessage) -> NatsMessage:
    """Our endpoints read headers and body themselves; FastStream need not parse either."""
    return message


def events_at_once(connections: int) -> int:
    """A crowd of events that wait for one row must not keep questions from the database."""
    return max(1, connections - min(_KEPT_FOR_QUESTIONS, connections // 2))


def bind(broker: NatsBroker, handlers: Handlers, *, app: Any, database: Database | None, bus: Bus) -> None:
    """Subscribe everything a service hears and works on. Must happen once, before the broker starts."""
    for heard in handlers.listeners:
        # Without no_reply the listener would answer in place of JetStream, whose ack goes to the same address.
        broker.subscriber(heard.event.subject, no_reply=True)(_each(listen_endpoint(heard, app=app)))
    for topic in handlers.live_topics:
        broker.subscriber(topic.subject, no_reply=True)(_each(live_endpoint(topic, app=app)))
    places = asyncio.Semaphore(events_at_once(database.pool().size) if database else 0)
    for event in handlers.events:
        assert database is not None, "reacting to events needs a database for the inbox"
        _subscribe_durable(
            broker,
            service=handlers.service,
            subject=event.event.subject,
            stream=event_stream(event.event.service),
            durable=event.durable,
            concurrency=event.concurrency,
            endpoint=event_endpoint(event, app=app, database=database, bus=bus, places=places),
        )
    for job in handlers.jobs:
        _subscribe_durable(
            broker,
            service=handlers.service,
            subject=job.job.subject,
            stream=job_stream(job.job.service),
            durable=job.durable,
            concurrency=job.concurrency,
            endpoint=job_endpoint(job, app=app, bus=bus),
        )
    for letter in handlers.letters:
        _subscribe_durable(
            broker,
            service=handlers.service,
            subject=EVERY_DEAD_LETTER,
            stream=DEAD_LETTERS,
            durable=letter.durable,
            concurrency=letter.concurrency,
            endpoint=letter_endpoint(letter, app=app),
        )


async def start(broker: NatsBroker) -> list[Pull]:
    """Start consuming. The pulls are for `stop_consuming`."""
    pulls: list[Pull] = []
    context: JetStreamContext = broker.config.connection_state.stream

    async def pull_subscribe(
        subject: str, *, config: Any, **options: Any
    ) -> JetStreamContext.PullSubscription:
        """Without asking first whether the consumer is there, as the client would: the watchdog has just seen to it."""
        subscription = await context.pull_subscribe_bind(**options)
        pulls.append(Pull(subscription))
        return subscription

    # Here and not afterwards, since a loop asks as soon as its subscription is there.
    context.pull_subscribe = pull_subscribe  # type: ignore[method-assign, assignment]
    async with asyncio.timeout(_START_SECONDS):
        await broker.start()
    return pulls


async def stop_consuming(broker: NatsBroker, client: Client, pulls: Sequence[Pull]) -> None:
    """Begin nothing more, hand what was delivered and not begun to another replica, and end what is at work."""
    with suppress(nats.errors.Error):
        for pull in pulls:
            await pull.hear_no_more(client)
        # The answer comes after everything that was on its way; to the second, since the first flush is written ahead
        # of what still waits in the client's buffer, and that is the end of the subscriptions.
        await client.flush(_FLUSH_SECONDS)
        await client.flush(_FLUSH_SECONDS)
        for pull in pulls:
            await pull.give_back()
    with suppress(nats.errors.Error):
        await asyncio.gather(*(subscriber.stop() for subscriber in broker.subscribers))


def _subscribe_durable(
    broker: NatsBroker,
    *,
    service: str,
    subject: str,
    stream: str,
    durable: str,
    concurrency: int,
    endpoint: Endpoint,
) -> None:
    # The batch size of a pull subscriber is also how many of its messages run at once. They come all at once, since
    # what FastStream does for a message costs as much as most of what we do about it.
    broker.subscriber(
        subject,
        stream=JStream(stream, declare=False),
        durable=durable,
        no_reply=True,
        # That of the client goes for questions only.
        inbox_prefix=f"{inbox(service)}.".encode(),
        pull_sub=PullSub(batch_size=concurrency, timeout=5.0, batch=True),
    )(_all(endpoint))


def _each(endpoint: Endpoint) -> Callable[[NatsMessage], Awaitable[None]]:
    async def handle(arrived: NatsMessage) -> None:
        await endpoint(arrived.raw_message)

    return handle


def _all(endpoint: Endpoint) -> Callable[[NatsBatchMessage], Awaitable[None]]:
    async def handle(arrived: NatsBatchMessage) -> None:
        await asyncio.gather(*map(endpoint, arrived.raw_message))

    return handle
