"""How large and how slow a request may be, and what its address may hold."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote_to_bytes

from starlette.types import ASGIApp, Receive, Scope, Send

from medianest_common.errors import (
    BadRequest,
    FieldError,
    Invalid,
    MediaNestError,
    PayloadTooLarge,
    TimedOut,
    UnsupportedMediaType,
)
from medianest_common.web.exchange import Exchange, exchange_of

MOST_HEADERS = 100
MOST_HEADER_BYTES = 16 * 1024
LONGEST_ADDRESS = 8 * 1024
BODY_SECONDS = 15.0


class HeadersTooLarge(MediaNestError):
    status, title = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "The headers are too large"


class UriTooLong(MediaNestError):
    status, title = HTTPStatus.REQUEST_URI_TOO_LONG, "The address is too long"


class BodyTooSlow(MediaNestError):
    status, title = HTTPStatus.REQUEST_TIMEOUT, "The body did not arrive in time"


class RequestTimedOut(TimedOut):
    title = "The answer took too long"


class Limits:
    """A body must be complete `body_seconds` after it is first asked for; an answer must begin in the path's time."""

    def __init__(self, app: ASGIApp, *, body_seconds: float = BODY_SECONDS) -> None:
        self._app = app
        self._body_seconds = body_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        exchange = exchange_of(scope)
        _check_head(exchange)
        if exchange.has_body:
            receive = self._bounded(exchange, receive)
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        timer = exchange.timer = asyncio.timeout(exchange.rules.timeout)
        try:
            async with timer:
                await self._app(scope, receive, send)
        except TimeoutError:
            if not timer.expired():
                raise
            raise RequestTimedOut("Try again in a moment.") from None
        finally:
            exchange.timer = None

    def _bounded(self, exchange: Exchange, receive: Receive) -> Receive:
        limit = exchange.rules.max_body
        encoding = exchange.headers.get(b"content-encoding", b"identity").lower()
        if encoding != b"identity":
            raise UnsupportedMediaType("Send the body without compression.")
        length = exchange.headers.get(b"content-length")
        if length is not None and (not length.isdigit() or int(length) > limit):
            raise _too_large(limit)
        return _bounded_receive(receive, exchange, limit=limit, seconds=self._body_seconds)


def _bounded_receive(
    receive: Receive, exchange: Exchange, *, limit: int, seconds: float
) -> Callable[[], Awaitable[MutableMapping[str, Any]]]:
    received = 0
    complete = False
    deadline: float | None = None

    async def bounded() -> MutableMapping[str, Any]:
        nonlocal received, complete, deadline
        if complete:
            return await receive()
        if deadline is None:
            exchange.is_body_asked_for = True
            deadline = asyncio.get_running_loop().time() + seconds
        try:
            async with asyncio.timeout_at(deadline) as timer:
                message = await receive()
        except TimeoutError:
            if not timer.expired():
                raise
            raise BodyTooSlow("Send the whole body at once.") from None
        received += len(message.get("body", b""))
        complete = not message.get("more_body", False)
        if received > limit:
            raise _too_large(limit)
        return message

    return bounded


def _check_head(exchange: Exchange) -> None:
    headers = exchange.scope["headers"]
    if len(headers) > MOST_HEADERS:
        raise HeadersTooLarge(f"At most {MOST_HEADERS} headers.")
    if sum([len(name) + len(value) for name, value in headers]) > MOST_HEADER_BYTES:
        raise HeadersTooLarge(f"At most {MOST_HEADER_BYTES} bytes of headers.")
    query: bytes = exchange.scope.get("query_string", b"")
    path: bytes = exchange.scope.get("raw_path") or b""
    if len(query) + len(path) > LONGEST_ADDRESS:
        raise UriTooLong(f"At most {LONGEST_ADDRESS} bytes.")
    if b"%" in query:
        _check_text(query, "query")
    if b"%" in path:
        _check_text(path, "path")


def _check_text(encoded: bytes, where: str) -> None:
    """NUL cannot be stored, and bytes that are no text (lone surrogates among them) cannot be compared or shown."""
    raw = unquote_to_bytes(encoded)
    if b"\x00" in raw:
        raise Invalid("Text must not hold NUL.", errors=[FieldError(where, "must not hold NUL")])
    try:
        raw.decode()
    except UnicodeDecodeError:
        raise BadRequest(f"The {where} is not UTF-8.") from None


def _too_large(limit: int) -> PayloadTooLarge:
    return PayloadTooLarge(f"At most {limit} bytes.")
