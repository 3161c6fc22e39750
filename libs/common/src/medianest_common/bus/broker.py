"""The only place that builds a FastStream broker, and the only one that knows its options."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import nats.errors
import structlog
from fast_depends import Provider
from faststream import AckPolicy
from faststream.nats import JStream, NatsBroker, NatsMessage, PullSub
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.errors import APIError

from medianest_common.bus.client import Bus
from medianest_common.bus.endpoints import (
    event_endpoint,
    job_endpoint,
    listen_endpoint,
    live_endpoint,
)
from medianest_common.bus.handlers import Handlers
from medianest_common.bus.topology import event_stream, job_stream
from medianest_common.db.database import Database

log = structlog.get_logger()

_START_SECONDS = 10.0
_FAILED_FETCH_SECONDS = 0.2
_silent = logging.getLogger("medianest.faststream")
_silent.setLevel(logging.CRITICAL)


def make_broker(url: str, *, name: str, on_closed: Callable[[], None]) -> NatsBroker:
    """A broker that reconnects for ever and never decides the fate of a message by itself.

    `on_closed` is called if the client gives up all the same; the service is then restarted, because a closed client
    never comes back and its pull loops would spin.
    """

    async def closed() -> None:
        on_closed()

    async def disconnected() -> None:
        log.info("bus_disconnected", service=name)

    async def reconnected() -> None:
        log.info("bus_reconnected", service=name)

    async def failed(error: Exception) -> None:
        log.warning("bus_error", service=name, error=str(error) or type(error).__name__)

    return NatsBroker(
        url,
        name=f"medianest-{name}",
        connect_timeout=5,
        max_reconnect_attempts=-1,
        reconnect_time_wait=0.25,  # type: ignore[arg-type]
        ping_interval=10,
        inbox_prefix=f"_INBOX.{name}",
        ack_policy=AckPolicy.NACK_ON_ERROR,
        graceful_timeout=5.0,
        apply_types=False,
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


def bind(broker: NatsBroker, handlers: Handlers, *, app: Any, database: Database | None, bus: Bus) -> None:
    """Subscribe everything a service hears and works on. Must happen once, before the broker starts."""
    for heard in handlers.listeners:
        # Without no_reply the listener would answer in place of JetStream, whose ack goes to the same address.
        broker.subscriber(heard.event.subject, no_reply=True)(listen_endpoint(heard, app=app))
    for topic in handlers.live_topics:
        broker.subscriber(topic.subject, no_reply=True)(live_endpoint(topic, app=app))
    for event in handlers.events:
        assert database is not None, "reacting to events needs a database for the inbox"
        _subscribe_durable(
            broker,
            subject=event.event.subject,
            stream=event_stream(event.event.service),
            durable=event.durable,
            concurrency=event.concurrency,
            endpoint=event_endpoint(event, app=app, database=database, bus=bus),
        )
    for job in handlers.jobs:
        _subscribe_durable(
            broker,
            subject=job.job.subject,
            stream=job_stream(job.job.service),
            durable=job.durable,
            concurrency=job.concurrency,
            endpoint=job_endpoint(job, app=app, bus=bus),
        )


async def start(broker: NatsBroker) -> None:
    """Start consuming. FastStream's pull loops ask again at once when the connection is closed or the consumer is
    gone, without ever giving way to anything else; here each such failure costs a moment instead.
    """
    async with asyncio.timeout(_START_SECONDS):
        await broker.start()
    for subscriber in broker.subscribers:
        subscription = getattr(subscriber, "subscription", None)
        if isinstance(subscription, JetStreamContext.PullSubscription):
            subscription.fetch = _patient(subscription.fetch)  # type: ignore[method-assign, assignment]


def _patient(fetch: Callable[..., Awaitable[list[Msg]]]) -> Callable[..., Awaitable[list[Msg]]]:
    async def fetching(*arguments: Any, **options: Any) -> list[Msg]:
        try:
            return await fetch(*arguments, **options)
        except nats.errors.TimeoutError:
            raise
        except (nats.errors.Error, APIError):
            await asyncio.sleep(_FAILED_FETCH_SECONDS)
            raise

    return fetching


def _subscribe_durable(
    broker: NatsBroker,
    *,
    subject: str,
    stream: str,
    durable: str,
    concurrency: int,
    endpoint: Callable[[NatsMessage], Awaitable[Any]],
) -> None:
    # The batch size of a pull subscriber is also how many of its messages run at once.
    broker.subscriber(
        subject,
        stream=JStream(stream, declare=False),
        durable=durable,
        no_reply=True,
        pull_sub=PullSub(batch_size=concurrency, timeout=5.0),
    )(endpoint)
