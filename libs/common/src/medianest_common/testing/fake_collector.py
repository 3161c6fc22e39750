"""A collector of OpenTelemetry: takes spans at `/v1/traces` as OTLP sends them, in protobuf over HTTP."""

import asyncio
import gzip
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.trace.v1 import trace_pb2
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from medianest_common.testing.http_server import serve
from medianest_common.testing.planted import overheard


@dataclass(frozen=True)
class Span:
    service: str
    name: str
    kind: str
    trace_id: str
    id: str
    parent_id: str
    attributes: dict[str, Any]
    failed: bool
    nanoseconds: int


class FakeCollector:
    """`url` is what the settings are given. While `may_answer` is not set it takes spans and says nothing."""

    def __init__(self) -> None:
        self.spans: list[Span] = []
        self.heard: list[bytes] = []
        """Everything that arrived, as it can be searched."""
        self.refusal: int | None = None
        self.may_answer = asyncio.Event()
        self.may_answer.set()
        self.url = ""

    @classmethod
    @asynccontextmanager
    async def start(cls) -> AsyncIterator["FakeCollector"]:
        fake = cls()
        app = Starlette(routes=[Route("/v1/traces", fake._take, methods=["POST"])])
        async with serve(app) as fake.url:
            try:
                yield fake
            finally:
                fake.may_answer.set()

    def tree(self, trace_id: str) -> list[Span]:
        return [span for span in self.spans if span.trace_id == trace_id]

    async def _take(self, request: Request) -> Response:
        body = await request.body()
        await self.may_answer.wait()
        if self.refusal is not None:
            return Response(status_code=self.refusal)
        if request.headers.get("content-encoding") == "gzip":
            body = gzip.decompress(body)
        self.heard.append(body)
        overheard.hear(body)
        self.spans.extend(_spans(ExportTraceServiceRequest.FromString(body)))
        answer = ExportTraceServiceResponse().SerializeToString()
        return Response(answer, media_type="application/x-protobuf")


def _spans(request: ExportTraceServiceRequest) -> Iterator[Span]:
    for of_service in request.resource_spans:
        resource = {each.key: each.value.string_value for each in of_service.resource.attributes}
        for scope in of_service.scope_spans:
            for span in scope.spans:
                yield Span(
                    service=resource["service.name"],
                    name=span.name,
                    kind=trace_pb2.Span.SpanKind.Name(span.kind).removeprefix("SPAN_KIND_").lower(),
                    trace_id=span.trace_id.hex(),
                    id=span.span_id.hex(),
                    parent_id=span.parent_span_id.hex(),
                    attributes={each.key: _value(each.value) for each in span.attributes},
                    failed=span.status.code == trace_pb2.Status.STATUS_CODE_ERROR,
                    nanoseconds=span.end_time_unix_nano - span.start_time_unix_nano,
                )


def _value(value: Any) -> Any:
    return getattr(value, value.WhichOneof("value"))
