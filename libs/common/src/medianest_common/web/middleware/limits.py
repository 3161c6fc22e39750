"""How much a request may send, and how long it may take."""

import asyncio
from collections.abc import Mapping

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from medianest_common.errors import (
    BadRequest,
    MediaNestError,
    PayloadTooLarge,
    TimedOut,
    UnsupportedMediaType,
)
from medianest_common.web.middleware.headers import headers_named
from medianest_common.web.problems import refuse

_NO_BODY = (b"GET", b"HEAD")
BODY_SECONDS = 15.0


class SlowBody(MediaNestError):
    status, title = 408, "The body took too long to arrive"


class Limits:
    """The body is read whole before anything else runs, so that a slow sender holds no other resource.

    `larger` allows more than `body_bytes` for paths that begin so; `seconds` is the whole time until an answer begins.
    """

    def __init__(
        self, app: ASGIApp, *, body_bytes: int = 1 << 20, seconds: float = 10, larger: Mapping[str, int] = {}
    ) -> None:
        self._app = app
        self._bytes = body_bytes
        self._seconds = seconds
        self._larger = tuple(larger.items())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if scope["method"].encode() not in _NO_BODY:
            try:
                body = await self._read(scope, receive)
            except MediaNestError as error:
                await refuse(error, scope, receive, send)
                return
            receive = _replaying(body, receive)
        await self._in_time(scope, receive, send)

    async def _read(self, scope: Scope, receive: Receive) -> bytes:
        if headers_named(scope, b"content-encoding"):
            raise UnsupportedMediaType("Send the body without compression.")
        most = next((size for path, size in self._larger if scope["path"].startswith(path)), self._bytes)
        lengths = headers_named(scope, b"content-length")
        if lengths and int(lengths[0]) > most:
            raise PayloadTooLarge(f"At most {most} bytes are taken here.")
        parts: list[bytes] = []
        received = 0
        try:
            async with asyncio.timeout(BODY_SECONDS):
                while True:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        raise BadRequest("The body ended early.")
                    part = message.get("body", b"")
                    received += len(part)
                    if received > most:
                        raise PayloadTooLarge(f"At most {most} bytes are taken here.")
                    parts.append(part)
                    if not message.get("more_body"):
                        return b"".join(parts)
        except TimeoutError:
            raise SlowBody("Send the body faster.") from None

    async def _in_time(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def sending(message: Message) -> None:
            nonlocal begun
            if not begun:
                begun = True
                # Only the wait for an answer is bounded: a stream may go on for as long as it likes.
                timer.reschedule(None)
            await send(message)

        try:
            async with asyncio.timeout(self._seconds) as timer:
                await self._app(scope, receive, sending)
        except TimeoutError:
            if begun:
                raise
            await refuse(TimedOut("This took too long. Try again in a moment."), scope, receive, send)


def _replaying(body: bytes, receive: Receive) -> Receive:
    given = False

    async def receiving() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receiving
