"""Streams and consumers as code: made before start, compared every few seconds, repaired when they are gone."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

import nats.errors
import structlog
from nats.js import JetStreamContext
from nats.js.api import (
    AckPolicy,
    ConsumerConfig,
    ConsumerInfo,
    DeliverPolicy,
    DiscardPolicy,
    RetentionPolicy,
    StorageType,
    StreamConfig,
)
from nats.js.errors import APIError, NotFoundError

from medianest_common.bus import metrics
from medianest_common.bus.handlers import Handlers

log = structlog.get_logger()

DAY = 86_400.0
EVENT_AGE = 7 * DAY
"""How long an event can still be read. The inbox must remember at least this long."""
STREAM_BYTES = 64 << 20
"""The server reserves this much for every stream, so the sum must fit what it may use: 15 streams, under 1 GB."""
DEAD_LETTERS = "DLQ"
EVERY_DEAD_LETTER = "dlq.>"
EVERY_EVENT = "evt.*.>"
EVERY_JOB = "job.*.*"
WATCH_SECONDS = 15.0
_TIMEOUT = 5.0


def event_stream(service: str) -> str:
    return f"EVT_{service.upper()}"


def job_stream(service: str) -> str:
    return f"JOB_{service.upper()}"


def stream_of(subject: str) -> str:
    """The stream that an event or a job is stored on."""
    kind, service, _ = subject.split(".", 2)
    return event_stream(service) if kind == "evt" else job_stream(service)


@dataclass(frozen=True, slots=True)
class Consumer:
    stream: str
    config: ConsumerConfig


def own_streams(service: str) -> tuple[str, ...]:
    """What it cannot work without, whatever it hears."""
    return event_stream(service), job_stream(service), DEAD_LETTERS


def streams_for(services: Sequence[str], *, copies: int | None = None) -> list[StreamConfig]:
    """Everyone's streams, so that a service can start before the ones it listens to. So many nodes of a cluster hold
    each; None leaves it at what there is."""
    configs = [
        StreamConfig(
            name=DEAD_LETTERS,
            subjects=[EVERY_DEAD_LETTER],
            max_age=30 * DAY,
            max_bytes=STREAM_BYTES // 2,
            storage=StorageType.FILE,
            duplicate_window=120,
            discard=DiscardPolicy.OLD,
        )
    ]
    for service in services:
        configs.append(
            StreamConfig(
                name=event_stream(service),
                subjects=[f"evt.{service}.>"],
                max_age=EVENT_AGE,
                max_bytes=STREAM_BYTES,
                storage=StorageType.FILE,
                duplicate_window=120,
                discard=DiscardPolicy.OLD,
            )
        )
        configs.append(
            StreamConfig(
                name=job_stream(service),
                subjects=[f"job.{service}.>"],
                retention=RetentionPolicy.WORK_QUEUE,
                max_age=0,
                max_bytes=STREAM_BYTES,
                storage=StorageType.FILE,
                duplicate_window=120,
                discard=DiscardPolicy.NEW,
            )
        )
    return [replace(config, num_replicas=copies) for config in configs]


def consumers_for(handlers: Handlers) -> list[Consumer]:
    events = [
        Consumer(
            stream=event_stream(spec.event.service),
            config=_durable(spec.durable, spec.event.subject, ack_wait=30, pending=spec.concurrency * 8),
        )
        for spec in handlers.events
    ]
    jobs = [
        Consumer(
            stream=job_stream(spec.job.service),
            config=_durable(spec.durable, spec.job.subject, ack_wait=spec.ack_wait, pending=1000),
        )
        for spec in handlers.jobs
    ]
    letters = [
        Consumer(
            stream=DEAD_LETTERS,
            config=_durable(spec.durable, EVERY_DEAD_LETTER, ack_wait=30, pending=spec.concurrency * 8),
        )
        for spec in handlers.letters
    ]
    return events + jobs + letters


def _durable(name: str, subject: str, *, ack_wait: float, pending: int) -> ConsumerConfig:
    """Deliveries are unlimited here, because our own retry rule decides when to give up."""
    return ConsumerConfig(
        durable_name=name,
        filter_subject=subject,
        ack_policy=AckPolicy.EXPLICIT,
        ack_wait=ack_wait,
        max_deliver=-1,
        max_ack_pending=max(pending, 1000),
        deliver_policy=DeliverPolicy.ALL,
    )


async def ensure(
    js: JetStreamContext,
    *,
    streams: Sequence[StreamConfig] = (),
    needed: Sequence[str] = (),
    consumers: Sequence[Consumer] = (),
) -> None:
    """Create or bring up to date; safe to run from many replicas at once. `needed` are the streams that have to be
    there, whoever makes them: raises `NotFoundError` for one that is not."""
    async with asyncio.timeout(_TIMEOUT * 4):
        await asyncio.gather(*(_ensure_stream(js, config) for config in streams))
        await asyncio.gather(*(js.stream_info(name) for name in needed))
        await asyncio.gather(*(_ensure_consumer(js, consumer) for consumer in consumers))


async def _ensure_stream(js: JetStreamContext, wanted: StreamConfig) -> None:
    assert wanted.name
    try:
        present = (await js.stream_info(wanted.name)).config
    except NotFoundError:
        await js.add_stream(wanted)
        log.debug("stream_created", stream=wanted.name)
        return
    if wanted.num_replicas is None:
        wanted = replace(wanted, num_replicas=present.num_replicas)
    fields = ("subjects", "max_age", "max_bytes", "discard", "num_replicas")
    if any(getattr(present, f) != getattr(wanted, f) for f in fields):
        await js.update_stream(wanted)
        log.info("stream_updated", stream=wanted.name)


async def _ensure_consumer(js: JetStreamContext, consumer: Consumer) -> None:
    name = consumer.config.durable_name
    assert name
    try:
        found = await js.consumer_info(consumer.stream, name)
        present = found.config
        _show_progress(found, consumer.stream)
    except NotFoundError:
        present = None
    fields = ("filter_subject", "ack_wait", "max_deliver", "max_ack_pending")
    if present and all(getattr(present, f) == getattr(consumer.config, f) for f in fields):
        return
    # Named, it is asked for with its filter in the subject, by which it is permitted.
    await js.add_consumer(consumer.stream, consumer.config, name=name)
    log.debug("consumer_ensured", stream=consumer.stream, consumer=name, was_missing=present is None)


def _show_progress(found: ConsumerInfo, stream: str) -> None:
    metrics.CONSUMER_PENDING.labels(stream, found.name).set(found.num_pending or 0)
    metrics.CONSUMER_UNDER_WAY.labels(stream, found.name).set(found.num_ack_pending or 0)
    metrics.CONSUMER_REDELIVERED.labels(stream, found.name).set(found.num_redelivered or 0)


class Watchdog:
    """Repairs the topology for as long as it runs; `healthy` is what readiness reports.

    The streams are made by one service for all, its consumers by each (docs/decisions/0018-users-of-the-bus.md).
    """

    def __init__(
        self,
        js: JetStreamContext,
        *,
        streams: Sequence[StreamConfig],
        needed: Sequence[str],
        consumers: Sequence[Consumer],
    ) -> None:
        self._js = js
        self._streams = streams
        self._needed = needed
        self._consumers = consumers
        self.healthy = False
        self._reason = ""

    async def check(self) -> None:
        try:
            await ensure(self._js, streams=self._streams, needed=self._needed, consumers=self._consumers)
        except (nats.errors.Error, APIError, TimeoutError, OSError) as error:
            reason = str(error) or type(error).__name__
            if reason != self._reason:
                log.warning("topology_not_ensured", error=reason)
            self.healthy, self._reason = False, reason
            return
        self._reason = ""
        self.healthy = True

    async def run(self, *, seconds: float = WATCH_SECONDS) -> None:
        while True:
            await asyncio.sleep(seconds if self.healthy else min(seconds, 1.0))
            await self.check()
