"""The ingesting side of Sentry: envelopes come in at `/api/{project}/envelope/`, as its SDKs send them."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import brotli  # type: ignore[import-untyped]
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from medianest_common.testing.http_server import serve
from medianest_common.testing.planted import overheard

KEY = "0123456789abcdef0123456789abcdef"
PROJECT = 7


class FakeSentry:
    """`dsn` is what the settings are given. While `may_answer` is not set it takes a request and says nothing."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self.heard: list[bytes] = []
        """Everything that arrived, headers included, as text that can be searched."""
        self.asked = 0
        self.refusal: tuple[int, dict[str, str]] | None = None
        self.may_answer = asyncio.Event()
        self.may_answer.set()
        self.url = ""

    @property
    def dsn(self) -> str:
        return f"{self.url.replace('://', f'://{KEY}@')}/{PROJECT}"

    @classmethod
    @asynccontextmanager
    async def start(cls) -> AsyncIterator["FakeSentry"]:
        fake = cls()
        app = Starlette(routes=[Route(f"/api/{PROJECT}/envelope/", fake._take, methods=["POST"])])
        async with serve(app) as fake.url:
            try:
                yield fake
            finally:
                fake.may_answer.set()

    async def _take(self, request: Request) -> JSONResponse:
        self.asked += 1
        await self.may_answer.wait()
        if self.refusal is not None:
            status, headers = self.refusal
            return JSONResponse({"detail": "refused"}, status_code=status, headers=headers)
        if f"sentry_key={KEY}" not in request.headers.get("x-sentry-auth", ""):
            return JSONResponse({"detail": "bad sentry DSN"}, status_code=401)
        envelope = _unpacked(await request.body(), request.headers.get("content-encoding"))
        self.heard.append(repr(request.headers.items()).encode() + b"\n" + envelope)
        overheard.hear(envelope)
        self.events.extend(_events(envelope))
        return JSONResponse({"id": self.events[-1]["event_id"] if self.events else None})


def _unpacked(body: bytes, encoding: str | None) -> bytes:
    if encoding == "gzip":
        return gzip.decompress(body)
    return bytes(brotli.decompress(body)) if encoding == "br" else body


def _events(envelope: bytes) -> list[dict[str, Any]]:
    """A line of headers, then for each item a line of its own headers and as many bytes as these say."""
    _, _, rest = envelope.partition(b"\n")
    events = []
    while rest.strip():
        head, _, rest = rest.partition(b"\n")
        item = json.loads(head)
        size = item.get("length", rest.find(b"\n") if b"\n" in rest else len(rest))
        payload, rest = rest[:size], rest[size:].lstrip(b"\n")
        if item["type"] == "event":
            events.append(json.loads(payload))
    return events
