"""Answers of 1 kB and more are sent compressed, whichever of zstd, br and gzip the client takes."""

import re
import zlib
from collections.abc import MutableMapping
from typing import Any, Protocol

import brotli  # type: ignore[import-untyped]
import zstandard
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from medianest_common.web.exchange import Exchange, Headers, exchange_of

SMALLEST = 1024
_COMPRESSIBLE = (
    b"application/json",
    b"application/problem+json",
    b"application/javascript",
    b"application/manifest+json",
    b"application/xml",
    b"image/svg+xml",
    b"text/",
)
_NOT = (b"text/event-stream",)
_WEIGHT = re.compile(rb"q=(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)")
_FLUSH_ALWAYS = frozenset({204, 206, 304})


class Encoder(Protocol):
    def add(self, data: bytes) -> bytes:
        """What can be sent now; everything so far, so that a reader of a stream is not kept waiting."""
        ...

    def end(self) -> bytes: ...


class _Zstd:
    def __init__(self) -> None:
        self._encoder = zstandard.ZstdCompressor(level=3).compressobj()

    def add(self, data: bytes) -> bytes:
        return self._encoder.compress(data) + self._encoder.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)

    def end(self) -> bytes:
        return self._encoder.flush(zstandard.COMPRESSOBJ_FLUSH_FINISH)


class _Brotli:
    def __init__(self) -> None:
        self._encoder = brotli.Compressor(quality=4)

    def add(self, data: bytes) -> bytes:
        return bytes(self._encoder.process(data) + self._encoder.flush())

    def end(self) -> bytes:
        return bytes(self._encoder.finish())


class _Gzip:
    def __init__(self) -> None:
        self._encoder = zlib.compressobj(level=4, wbits=31)

    def add(self, data: bytes) -> bytes:
        return self._encoder.compress(data) + self._encoder.flush(zlib.Z_SYNC_FLUSH)

    def end(self) -> bytes:
        return self._encoder.flush(zlib.Z_FINISH)


_zstd = zstandard.ZstdCompressor(level=3)
_ENCODERS: dict[bytes, type[Encoder]] = {b"zstd": _Zstd, b"br": _Brotli, b"gzip": _Gzip}


def _at_once(encoding: bytes, body: bytes) -> bytes:
    if encoding == b"zstd":
        return _zstd.compress(body)
    if encoding == b"br":
        return bytes(brotli.compress(body, quality=4))
    return zlib.compress(body, level=4, wbits=31)


class Compression:
    """zstd comes first because it costs a third of the others. An answer with secrets in it, or one that sets cookies,
    is left alone: its length must not tell anything about them."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        exchange = exchange_of(scope)
        if scope["type"] != "http" or not exchange.rules.compress:
            await self._app(scope, receive, send)
            return
        exchange.vary.append(b"Accept-Encoding")
        accepted = exchange.listed(b"accept-encoding")
        encoding = preferred(accepted) if accepted else None
        if encoding is None:
            await self._app(scope, receive, send)
            return
        await self._app(scope, receive, _Compressed(send, encoding, exchange))


class _Compressed:
    """Holds the head back until the first part of the body shows whether compressing is worth while."""

    def __init__(self, send: Send, encoding: bytes, exchange: Exchange) -> None:
        self._send = send
        self._encoding = encoding
        self._exchange = exchange
        self._head: Message | None = None
        self._encoder: Encoder | None = None

    async def __call__(self, message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self._head = message
            return
        if message["type"] != "http.response.body":
            await self._send(message)
            return
        body = message.get("body", b"")
        more = message.get("more_body", False)
        if self._head is not None:
            head, self._head = self._head, None
            await self._begin(head, body, more=more)
        elif self._encoder is None:
            await self._send(message)
        else:
            await self._go_on(body, more=more)

    async def _begin(self, head: Message, body: bytes, *, more: bool) -> None:
        is_small = not more and len(body) < SMALLEST
        if is_small or not is_compressible(head["status"], head.get("headers", ())):
            await self._send(head)
            await self._send({"type": "http.response.body", "body": body, "more_body": more})
            return
        headers: Headers = [header for header in head["headers"] if header[0] != b"content-length"]
        headers = [
            (name, _marked(value, self._encoding) if name == b"etag" else value) for name, value in headers
        ]
        headers.append((b"content-encoding", self._encoding))
        if not more:
            body = _at_once(self._encoding, body)
            headers.append((b"content-length", b"%d" % len(body)))
            await self._send({**head, "headers": headers})
            await self._send({"type": "http.response.body", "body": body})
            return
        self._encoder = _ENCODERS[self._encoding]()
        await self._send({**head, "headers": headers})
        await self._go_on(body, more=True)

    async def _go_on(self, body: bytes, *, more: bool) -> None:
        assert self._encoder is not None
        data = self._encoder.add(body) if body else b""
        if not more:
            data += self._encoder.end()
        if data or not more:
            await self._send({"type": "http.response.body", "body": data, "more_body": more})


def is_compressible(status: int, headers: Headers) -> bool:
    if status in _FLUSH_ALWAYS:
        return False
    fields = dict(headers)
    kind = fields.get(b"content-type", b"")
    return (
        kind.startswith(_COMPRESSIBLE)
        and not kind.startswith(_NOT)
        and b"content-encoding" not in fields
        and b"set-cookie" not in fields
        and b"no-transform" not in fields.get(b"cache-control", b"")
    )


_remembered: dict[bytes, bytes | None] = {}


def preferred(accepted: bytes) -> bytes | None:
    """The best encoding that `Accept-Encoding` allows."""
    if accepted in _remembered:
        return _remembered[accepted]
    weights = dict(_weighed(item) for item in accepted.lower().split(b","))
    anything = weights.get(b"*", 0.0)
    # As it is, it need not be named to be taken; where it is, it may be liked best.
    best, most = None, weights.get(b"identity", 0.0)
    for name in _ENCODERS:
        weight = weights.get(name, anything)
        if weight > 0 and (weight > most or (best is None and weight == most)):
            best, most = name, weight
    if len(_remembered) < 256:
        _remembered[accepted] = best
    return best


def _weighed(item: bytes) -> tuple[bytes, float]:
    name, _, parameter = item.partition(b";")
    weight = 1.0
    if parameter.strip():
        found = _WEIGHT.fullmatch(parameter.strip())
        weight = float(found[1]) if found else 0.0
    name = name.strip()
    return (b"gzip" if name == b"x-gzip" else name), weight


def _marked(etag: bytes, encoding: bytes) -> bytes:
    """A strong tag names bytes, so each encoding has its own: `"abc"` → `"abc-br"`."""
    return etag[:-1] + b"-" + encoding + b'"' if etag.endswith(b'"') else etag
