"""HTTP/1.1 as uvicorn speaks it, with an end to everything that a client may draw out.

The layers of the stack bound a request once there is one. What comes before that is bounded here: how long somebody
may say nothing, how long and how large a head may be, and how long an answer may wait for its reader.
"""

import asyncio
import json
import socket
import struct
from collections.abc import Callable
from http import HTTPStatus
from secrets import token_hex
from typing import Any

import httptools
import structlog
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from medianest_common.errors import PROBLEM_CONTENT_TYPE, BadRequest, MediaNestError, Unavailable
from medianest_common.web.exchange import WRITTEN_AS_THEY_ARE
from medianest_common.web.middleware.limits import LONGEST_ADDRESS, HeadersTooLarge, UriTooLong
from medianest_common.web.middleware.observing import REQUESTS, UNMATCHED
from medianest_common.web.middleware.security_headers import CONTENT_SECURITY_POLICY

log = structlog.get_logger()

LARGEST_HEAD = 64 * 1024
"""Bytes of a head that is still coming, and of whatever else is no body. The layers are stricter with whole ones."""
LINGER_SECONDS = 2.0
"""How long the rest of a refused body is thrown away, so that the client reads why and not that the line is dead."""
_END = b"\r\n"
_GO_ON = b"HTTP/1.1 100 "
_JOINED = 64 * 1024
"""Bytes of a body that are copied behind the head; of more it is not worth it."""
_HEADERS = (
    (b"content-type", PROBLEM_CONTENT_TYPE.encode()),
    (b"cache-control", b"private, no-store"),
    (b"content-security-policy", CONTENT_SECURITY_POLICY),
    (b"x-content-type-options", b"nosniff"),
    (b"connection", b"close"),
)


class HeadTooSlow(MediaNestError):
    status, title = HTTPStatus.REQUEST_TIMEOUT, "The request did not arrive in time"


class HttpConnection(HttpToolsProtocol):
    """What is refused here has no request yet, so that no layer has seen it and its answer is made here as well."""

    idle_seconds = 15.0
    head_seconds = 10.0
    rest_seconds = 15.0
    """How long a body may go on that was answered without being read."""
    stalled_seconds = 30.0
    """How long an answer may wait before the client reads some more of it. Who reads slowly is still waited for."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._most, self.limit_concurrency = self.limit_concurrency, None
        self._is_in_head = self._is_in_message = self._is_leaving = False
        self._unfinished = 0
        """Bytes since the parser last finished something."""
        self._refusal: MediaNestError | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._stalled: asyncio.TimerHandle | None = None
        self._running: RequestResponseCycle | None = None
        """The one that is being answered; `cycle` is the newest."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if self._most is not None and len(self.connections) > self._most:
            self._refuse(Unavailable("Too many connections. Try again in a moment.", retry_after=5))
            return
        self._wait(self.idle_seconds, self.transport.close)

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)
        # uvicorn tells the newest only, while the first may be a stream that ends with its reader alone.
        for cycle in (self._running, self.cycle, *(waiting for waiting, _ in self.pipeline)):
            if cycle is None:
                continue
            cycle.disconnected = cycle.disconnected or not cycle.response_complete
            cycle.message_event.set()
            # So that nobody has to find out that the two hold nothing but each other.
            cycle.transport = self.transport
        self._running = None
        self.pipeline.clear()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        self._running = cycle
        super()._start_asgi_task(cycle, app)

    def data_received(self, data: bytes) -> None:
        while data and not self._is_leaving and self._refusal is None:
            self._unset_keepalive_if_required()
            self._unfinished += len(data)
            data = self._feed(data)
        if self._is_leaving or self._refusal is not None or self.parser is None:
            return
        if self._unfinished > LARGEST_HEAD:
            self._refuse(self._too_large())
        elif self._is_in_head:
            # Most heads come as a whole, and never get here.
            self._wait(self.head_seconds, self._head_is_late, anew=False)
        elif not self._is_in_message and not self._is_busy and self.timeout_keep_alive_task is None:
            # Line ends between two requests are allowed, and are no reason to be waited for.
            self._wait(self.idle_seconds, self.transport.close, anew=False)

    def _feed(self, data: bytes) -> bytes:
        """What is left to be read by another parser, after somebody asked for a protocol that we do not speak."""
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            if self._should_upgrade():
                self._stop_waiting()
                self.handle_websocket_upgrade()
                self._is_leaving = True
                return b""
            self.parser = httptools.HttpRequestParser(self)
            self.parser.set_dangerous_leniencies(lenient_data_after_close=True)
            return data[upgrade.args[0] :]
        except httptools.HttpParserError:
            too_long = len(getattr(self, "url", b"")) > LONGEST_ADDRESS
            self._refuse(
                self._too_large() if too_long else BadRequest("This is not a request as RFC 9112 has it.")
            )
        return b""

    def _too_large(self) -> MediaNestError:
        if self._is_in_head and len(self.url) > LONGEST_ADDRESS:
            return UriTooLong(f"At most {LONGEST_ADDRESS} bytes.")
        return HeadersTooLarge(f"At most {LARGEST_HEAD} bytes.")

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._is_in_head = self._is_in_message = True
        self._stop_timer()

    def _head_is_late(self) -> None:
        self._refuse(HeadTooSlow("Send the request at once."))

    def on_headers_complete(self) -> None:
        self._stop_timer()
        before = self.cycle
        super().on_headers_complete()
        self._is_in_head, self._unfinished = False, 0
        if self.cycle is not before:
            lines: list[bytes] = []
            self.scope["extensions"] = {WRITTEN_AS_THEY_ARE: lines}  # type: ignore[dict-item]
            self.cycle.transport = _UntilSaid(self, lines)  # type: ignore[assignment]

    def on_header(self, name: bytes, value: bytes) -> None:
        # What follows a body in chunks must not pass for a header that proxies in front have looked at.
        if self._is_in_head:
            super().on_header(name, value)

    def on_chunk_header(self) -> None:
        self._unfinished = 0

    def on_body(self, body: bytes) -> None:
        self._unfinished = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._is_in_message, self._unfinished = False, 0
        if not self._is_busy:
            self._stop_timer()
        super().on_message_complete()

    def on_response_complete(self) -> None:
        if self._is_leaving:
            return
        super().on_response_complete()
        if self.transport.is_closing() or self._is_busy:
            return
        if self._refusal is not None:
            self._refuse(self._refusal)
        elif self._is_in_message and not self._is_in_head:
            self._wait(self.rest_seconds, self.transport.close)

    def pause_writing(self) -> None:
        super().pause_writing()
        if self._stalled is None:
            self._wait_for_reader()

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._stalled is not None:
            self._stalled.cancel()
            self._stalled = None

    def _wait_for_reader(self) -> None:
        # Writing is only resumed once nearly all is read, which takes somebody slow far longer than the next part.
        unread = self.transport.get_write_buffer_size()
        self._stalled = self.loop.call_later(self.stalled_seconds, self._cut_unless_read, unread)

    def _cut_unless_read(self, unread: int) -> None:
        if self.transport.get_write_buffer_size() < unread:
            self._wait_for_reader()
        else:
            self._cut()

    def _cut(self) -> None:
        """What waits in the system's own buffer is thrown away as well."""
        connection = self.transport.get_extra_info("socket")
        if connection is not None:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.transport.abort()

    def leave(self) -> None:
        """Close once the client has said what it is saying, or has had the time to."""
        if self._is_leaving or self.transport.is_closing():
            return
        if not self._is_in_message:
            self.transport.close()
            return
        self._is_leaving = True
        self.flow.resume_reading()
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self._wait(LINGER_SECONDS, self.transport.close)

    @property
    def _is_busy(self) -> bool:
        """Whether an answer is still owed."""
        cycle: Any = self.cycle
        return cycle is not None and not cycle.response_complete

    def _refuse(self, error: MediaNestError) -> None:
        """Nothing that follows is read. Answers that are owed for what came before go out first."""
        self._stop_timer()
        cycle = self.cycle
        if self._is_in_message and not self._is_in_head:
            # A request breaks off in its own body, and is answered once.
            if cycle.response_complete:
                self.transport.close()
                return
            if cycle.response_started or self.pipeline:
                self._refusal = error
                cycle.keep_alive = False
                return
            cycle.disconnected = True
            cycle.message_event.set()
        elif self._is_busy:
            self._refusal = error
            return
        self._answer(error)

    def _answer(self, error: MediaNestError) -> None:
        status = int(error.status)
        correlation_id = token_hex(16)
        body = json.dumps(error.problem(correlation_id=correlation_id)).encode()
        headers = [
            *self.server_state.default_headers,
            *_HEADERS,
            (b"content-length", b"%d" % len(body)),
            (b"x-correlation-id", correlation_id.encode()),
        ]
        if error.retry_after is not None:
            headers.append((b"retry-after", b"%d" % error.retry_after))
        lines = [name + b": " + value + b"\r\n" for name, value in headers]
        self.transport.write(b"".join([STATUS_LINE[status], *lines, b"\r\n", body]))
        REQUESTS.labels("other", UNMATCHED, status).value += 1
        client = self.client[0] if self.client else ""
        log.info("connection_refused", status=status, error_code=error.code, client=client)
        self._is_in_message = True
        self.leave()

    def _wait(self, seconds: float, then: Callable[[], object], *, anew: bool = True) -> None:
        if self._timer is not None and not anew:
            return
        self._stop_timer()
        self._timer = self.loop.call_later(seconds, then)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _stop_waiting(self) -> None:
        self._stop_timer()
        if self._stalled is not None:
            self._stalled.cancel()
            self._stalled = None


class _UntilSaid:
    """The transport as an answer sees it: closing it lets the client come to the end of its sentence.

    The head waits for what is written in the same turn of the loop, so that most answers leave in one piece. To hand
    something to the system costs as much as all our layers together."""

    __slots__ = ("_connection", "_head", "_is_first", "_lines")

    def __init__(self, connection: HttpConnection, lines: list[bytes]) -> None:
        """`lines` are put at the end of the head."""
        self._connection = connection
        self._lines = lines
        self._head = b""
        self._is_first = True

    def write(self, data: bytes) -> None:
        if self._is_first and not data.startswith(_GO_ON):
            self._is_first = False
            self._head = b"".join((data[:-2], *self._lines, _END)) if self._lines else data
            self._connection.loop.call_soon(self._say_head)
        elif self._head and len(data) <= _JOINED:
            # Not `writelines`, which does not say that a reader is slow (CPython 3.13.0, CVE-2024-12254).
            data, self._head = self._head + data, b""
            self._connection.transport.write(data)
        else:
            self._say_head()
            self._connection.transport.write(data)

    def close(self) -> None:
        self._say_head()
        self._connection.leave()

    def is_closing(self) -> bool:
        return self._connection.transport.is_closing()

    def _say_head(self) -> None:
        """Of an answer that is still being made, of one without a body, or of one that breaks off."""
        if self._head:
            head, self._head = self._head, b""
            self._connection.transport.write(head)
