"""What one request led to, as one tree of spans across services, told to a collector where the settings name one.

Where a span belongs is carried in `Context.traceparent`, along every call and message, so that nothing here has to be
passed as an argument either. Spans hold what was done and for how long, and nothing of what was being worked on: no
bodies, values, names or addresses of people. Without an endpoint nothing of OpenTelemetry's is even read.
"""

import logging
import os
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import replace
from typing import Any, Literal, Protocol

from prometheus_client import Counter

from medianest_common.bus.context import CORRELATION, TRACEPARENT, Context, present, use
from medianest_common.errors import MediaNestError
from medianest_common.settings import Settings

SPANS = Counter("medianest_trace_spans_total", "Spans by what became of them.", ["outcome"])

LEAVING_SECONDS = 1.0
"""For what is still on its way when the process ends."""

_METRICS = "opentelemetry.sdk.metrics"
_SAMPLED = tuple("13579bdf")
"""How a `traceparent` ends that is recorded: the flag is the lowest bit."""

type Kind = Literal["server", "client", "producer", "consumer", "internal"]
type Attributes = Mapping[str, str | int | float | bool]

ON_NATS: Attributes = {"messaging.system": "nats"}
_NOTHING: Attributes = {}


class Recorded(Protocol):
    """A span that was begun. `traceparent` names it to those it leads to."""

    @property
    def traceparent(self) -> str: ...

    def rename(self, name: str) -> None: ...

    def describe(self, attributes: Attributes) -> None: ...

    def end(self, *, failure: str | None, is_ours: bool) -> None:
        """`failure` names what went wrong; it is ours where it was not the asker's own doing."""
        ...


class Recorder(Protocol):
    def begin(
        self,
        name: str,
        kind: Kind,
        *,
        parent: str | None,
        attributes: Attributes,
        trace_id: str | None = None,
    ) -> Recorded:
        """`trace_id` is that of a trace that begins here."""
        ...


_recorders: list[Recorder] = []
"""None or one."""


@asynccontextmanager
async def tracing(settings: Settings) -> AsyncIterator[None]:
    """Inside the block spans are told, if the settings or OpenTelemetry's own variables say where."""
    endpoint = endpoint_of(settings)
    if endpoint is None:
        yield
        return
    if sys.modules.get(_METRICS, _METRICS) is None:
        del sys.modules[_METRICS]
    # Its import costs memory and time that nobody else should pay.
    from medianest_common.tracing.otlp import Otlp

    # What it has to say is said by us, once.
    logging.getLogger("opentelemetry").setLevel(logging.CRITICAL)
    otlp = Otlp(endpoint, share=settings.trace_sample)
    _recorders.append(otlp)
    try:
        yield
    finally:
        _recorders.remove(otlp)
        await otlp.close(LEAVING_SECONDS)


def endpoint_of(settings: Settings) -> str | None:
    """Where spans are posted to: the address of a collector with the path of traces."""
    if exact := os.environ.get("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"):
        return exact
    base = settings.otlp_endpoint or os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT")
    return f"{base.rstrip('/')}/v1/traces" if base else None


def is_on() -> bool:
    return bool(_recorders)


def is_followed(traceparent: str | None) -> bool:
    """Whether this names a span of a trace that is recorded."""
    return traceparent is not None and traceparent[-1:] in _SAMPLED


def entering(
    context: Context,
    name: str,
    kind: Kind,
    attributes: Attributes = _NOTHING,
    *,
    trace_id: str | None = None,
) -> AbstractContextManager[Any]:
    """Like `use(context)`, and a span for what is done within; the first of a trace where there is none yet."""
    if not _recorders or (context.traceparent and not is_followed(context.traceparent)):
        return use(context)
    return Step(_recorders[-1], context, name, kind, attributes, trace_id=trace_id)


def step(name: str, kind: Kind, attributes: Attributes = _NOTHING) -> AbstractContextManager[Any]:
    """A span within the present one; nothing where there is none."""
    if not _recorders:
        return _NO_STEP
    context = present()
    if context is None or not is_followed(context.traceparent):
        return _NO_STEP
    return Step(_recorders[-1], context, name, kind, attributes)


@contextmanager
def sending(subject: str, headers: dict[str, str]) -> Iterator[dict[str, str]]:
    """A span for handing a message to the bus, within the one that its headers name. Gives the headers to send."""
    parent = headers.get(TRACEPARENT)
    if not _recorders or not is_followed(parent):
        yield headers
        return
    context = Context(headers.get(CORRELATION, ""), traceparent=parent)
    with Step(_recorders[-1], context, subject, "producer", ON_NATS) as here:
        yield headers | here.trail()


def begin(name: str, kind: Kind, attributes: Attributes = _NOTHING) -> Recorded | None:
    """The same for what begins and ends in different functions. Nothing is within it."""
    context = present()
    if not _recorders or context is None or not is_followed(context.traceparent):
        return None
    return _recorders[-1].begin(name, kind, parent=context.traceparent, attributes=attributes)


def failed(code: str, *, is_ours: bool = True) -> None:
    """The present span ends in a failure of which nobody above will hear as an exception."""
    if _recorders and (here := _here.get()):
        here.failure, here.is_ours = code, is_ours


def rename(name: str) -> None:
    """Of the present span, once it is known what it is about."""
    if _recorders and (here := _here.get()):
        here.recorded.rename(name)


def note(**attributes: str | int | float | bool) -> None:
    """Of the present span; `__` in a name stands for a dot."""
    if _recorders and (here := _here.get()):
        here.recorded.describe({name.replace("__", "."): value for name, value in attributes.items()})


class Step:
    __slots__ = (
        "_attributes",
        "_context",
        "_kind",
        "_name",
        "_recorder",
        "_token",
        "_trace_id",
        "_use",
        "failure",
        "is_ours",
        "recorded",
    )

    def __init__(
        self,
        recorder: Recorder,
        context: Context,
        name: str,
        kind: Kind,
        attributes: Attributes,
        *,
        trace_id: str | None = None,
    ) -> None:
        self._recorder = recorder
        self._context = context
        self._name = name
        self._kind: Kind = kind
        self._attributes = attributes
        self._trace_id = trace_id
        self.failure: str | None = None
        self.is_ours = True

    def __enter__(self) -> Context:
        self.recorded = self._recorder.begin(
            self._name,
            self._kind,
            parent=self._context.traceparent,
            attributes=self._attributes,
            trace_id=self._trace_id,
        )
        self._token = _here.set(self)
        self._use = use(replace(self._context, traceparent=self.recorded.traceparent))
        return self._use.__enter__()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: object) -> None:
        self._use.__exit__()
        _here.reset(self._token)
        if self.failure is None and error is not None:
            self.recorded.end(failure=failure_of(error), is_ours=is_ours(error))
        else:
            self.recorded.end(failure=self.failure, is_ours=self.is_ours)


def failure_of(error: BaseException) -> str:
    """A name and never the text, which may speak of people."""
    return error.code if isinstance(error, MediaNestError) else type(error).__name__


def is_ours(error: BaseException) -> bool:
    if isinstance(error, MediaNestError):
        return error.status >= 500
    return isinstance(error, Exception)


_here: ContextVar[Step | None] = ContextVar("medianest_span", default=None)
_NO_STEP: AbstractContextManager[None] = nullcontext()
