"""Spans on their way to a collector, by OTLP over HTTP.

A thread of OpenTelemetry's sends them in batches from a bounded queue: whoever is served waits neither for a collector
that is slow nor for one that is away, and what finds no room is dropped and counted.
"""

import asyncio
import os
import re
import socket
import threading
from collections.abc import Sequence
from importlib.metadata import version

import structlog
from opentelemetry.context import Context as OtelContext
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from opentelemetry.trace import (
    NonRecordingSpan,
    Span,
    SpanContext,
    SpanKind,
    StatusCode,
    TraceFlags,
    Tracer,
    set_span_in_context,
)

from medianest_common.reporting import service_name
from medianest_common.tracing import SPANS, Attributes, Kind

log = structlog.get_logger()

QUEUE = 4096
_BATCH = 512
_EVERY_MILLISECONDS = 2000
_EXPORT_SECONDS = 5
_KINDS = {kind.name.lower(): kind for kind in SpanKind}
_TRACEPARENT = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})")
_NOWHERE = OtelContext()


class Otlp:
    """The `Recorder`. Each service has a name of its own in the tree, also where one process runs them all."""

    def __init__(self, endpoint: str, *, share: float) -> None:
        """`share` of the traces that begin here are recorded; those that began elsewhere as it was decided there."""
        self._ids = _Ids()
        self._sampler = ParentBased(root=TraceIdRatioBased(share))
        self._processor = _CountingProcessor(
            _CountingExporter(OTLPSpanExporter(endpoint, timeout=_EXPORT_SECONDS)),
            max_queue_size=QUEUE,
            max_export_batch_size=_BATCH,
            schedule_delay_millis=_EVERY_MILLISECONDS,
        )
        self._tracers: dict[str, Tracer] = {}

    def begin(
        self,
        name: str,
        kind: Kind,
        *,
        parent: str | None,
        attributes: Attributes,
        trace_id: str | None = None,
    ) -> "_Recorded":
        service = service_name.get()
        tracer = self._tracers.get(service) or self._tracer(service)
        self._ids.next_trace = trace_id
        span = tracer.start_span(name, _below(parent), _KINDS[kind], attributes=dict(attributes))
        return _Recorded(span)

    async def close(self, seconds: float) -> None:
        """With what is still on its way, if the collector takes it in time."""
        # Not a thread of the pool: those are waited for to their end.
        leaving = threading.Thread(target=self._processor.shutdown, daemon=True)
        leaving.start()
        deadline = asyncio.get_running_loop().time() + seconds
        while leaving.is_alive() and asyncio.get_running_loop().time() < deadline:
            await asyncio.sleep(0.02)

    def _tracer(self, service: str) -> Tracer:
        resource = Resource.create(
            {
                "service.name": f"medianest-{service}" if service != "medianest" else service,
                "service.namespace": "medianest",
                "service.version": version("medianest-common"),
                "service.instance.id": f"{socket.gethostname()}-{os.getpid()}",
            }
        )
        provider = TracerProvider(
            sampler=self._sampler, resource=resource, id_generator=self._ids, shutdown_on_exit=False
        )
        provider.add_span_processor(self._processor)
        tracer = self._tracers[service] = provider.get_tracer("medianest")
        return tracer


class _Recorded:
    __slots__ = ("_span", "traceparent")

    def __init__(self, span: Span) -> None:
        self._span = span
        context = span.get_span_context()
        self.traceparent = f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}"

    def rename(self, name: str) -> None:
        self._span.update_name(name)

    def describe(self, attributes: Attributes) -> None:
        if self._span.is_recording():
            self._span.set_attributes(dict(attributes))

    def end(self, *, failure: str | None, is_ours: bool) -> None:
        if failure is not None:
            self._span.set_attribute("error.type", failure)
            if is_ours:
                self._span.set_status(StatusCode.ERROR)
        self._span.end()


class _Ids(RandomIdGenerator):
    """The trace of a request is named as its correlation id is, so that either leads to the other."""

    next_trace: str | None = None
    """Set and used without anything happening in between: spans begin in the thread of the event loop."""

    def generate_trace_id(self) -> int:
        wanted, self.next_trace = self.next_trace, None
        return int(wanted, 16) if wanted else super().generate_trace_id()


class _CountingProcessor(BatchSpanProcessor):
    def on_end(self, span: ReadableSpan) -> None:
        if span.context and span.context.trace_flags.sampled and len(self._batch_processor._queue) >= QUEUE:
            SPANS.labels("dropped").inc()
        super().on_end(span)


class _CountingExporter(SpanExporter):
    """Says once that the collector takes nothing, and once that it does again."""

    def __init__(self, exporter: SpanExporter) -> None:
        self._exporter = exporter
        self._fails = False

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        result = self._exporter.export(spans)
        fails = result is not SpanExportResult.SUCCESS
        SPANS.labels("lost" if fails else "sent").inc(len(spans))
        if fails is not self._fails:
            self._fails = fails
            if fails:
                log.warning("traces_not_taken", hint="look at the collector; nothing else is affected")
            else:
                log.info("traces_taken_again")
        return result

    def shutdown(self) -> None:
        self._exporter.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        return self._exporter.force_flush(timeout_millis)


def _below(parent: str | None) -> OtelContext:
    found = _TRACEPARENT.fullmatch(parent) if parent else None
    if found is None:
        return _NOWHERE
    context = SpanContext(
        int(found[1], 16), int(found[2], 16), is_remote=True, trace_flags=TraceFlags(int(found[3], 16))
    )
    return set_span_in_context(NonRecordingSpan(context), _NOWHERE)


for _outcome in ("sent", "lost", "dropped"):
    SPANS.labels(_outcome)
