"""A proxy that lets nobody out: it speaks TLS itself, as every host of YouTube's, and refuses all others."""

import select
import socket
import ssl
import sys
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, override
from urllib.parse import parse_qsl, urlsplit

from medianest_common.testing.fake_youtube.challenge import SOLUTION
from medianest_common.testing.fake_youtube.faults import PageFaults
from medianest_common.testing.fake_youtube.formats import FORMATS
from medianest_common.testing.fake_youtube.media import MediaShelf
from medianest_common.testing.fake_youtube.recording import Request
from medianest_common.testing.fake_youtube.site import answer
from medianest_common.testing.fake_youtube.state import State
from medianest_common.testing.fake_youtube.streaming import send_media

HOSTS = (
    "youtube.com",
    "*.youtube.com",
    "youtube-nocookie.com",
    "*.youtube-nocookie.com",
    "youtu.be",
    "*.googlevideo.com",
    "*.ytimg.com",
    "*.ggpht.com",
    "*.googleusercontent.com",
    "sponsor.ajay.app",
)
_IDLE_SECONDS = 120.0
_LOOK_SECONDS = 0.05


def is_youtube(host: str) -> bool:
    return any(
        host == each or (each.startswith("*.") and host.endswith(each[1:]) and host != each[2:])
        for each in HOSTS
    )


class ProxyServer(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def __init__(self, *, tls: ssl.SSLContext, shelf: MediaShelf) -> None:
        super().__init__(("127.0.0.1", 0), _Connection)
        self.tls = tls
        self.shelf = shelf
        self.state = State()
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()

    def opened(self, connection: socket.socket) -> None:
        with self._lock:
            self._open.add(connection)

    def closed(self, connection: socket.socket) -> None:
        with self._lock:
            self._open.discard(connection)

    def cut_all(self) -> None:
        with self._lock:
            for connection in self._open:
                _shut(connection)

    @override
    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that are killed go away in the middle; anything else is a mistake of ours and is shown."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class _Connection(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = _IDLE_SECONDS
    disable_nagle_algorithm = True
    server: ProxyServer
    _host = ""

    @override
    def log_message(self, format: str, *args: Any) -> None:
        pass

    def do_CONNECT(self) -> None:
        host = self.path.rsplit(":", 1)[0].lower()
        if not is_youtube(host):
            self._refuse(host)
            return
        self.send_response(200, "Connection established")
        self.end_headers()
        self._host = host
        self.connection = self.server.tls.wrap_socket(self.connection, server_side=True)
        self.server.opened(self.connection)
        self.rfile = self.connection.makefile("rb", -1)
        self.wfile = self.connection.makefile("wb", 0)
        self.close_connection = False
        while not self.close_connection:
            self.handle_one_request()

    def do_GET(self) -> None:
        self._handle(b"")

    def do_HEAD(self) -> None:
        self._handle(b"")

    def do_POST(self) -> None:
        self._handle(self.rfile.read(int(self.headers.get("Content-Length") or 0)))

    @override
    def finish(self) -> None:
        try:
            super().finish()
        finally:
            self.server.closed(self.connection)
            self.connection.close()

    def _refuse(self, host: str) -> None:
        self.server.state.refused.append(host)
        self.close_connection = True
        self.head(403, "text/plain", 0)

    def _handle(self, body: bytes) -> None:
        if not self._host:  # asked for a page without TLS
            self._refuse(urlsplit(self.path).hostname or "")
            return
        state = self.server.state
        request = self._request(state)
        state.requests.append(request)
        if request.for_media:
            self._media(request, state)
            return
        self.wait(state.page_faults.delay)
        if fault := state.page_fault(request.path):
            self._suffer(fault, request)
            return
        found = answer(request, body=body, state=state, shelf=self.server.shelf)
        request.status = found.status
        headers = {name.replace("-", "_"): value for name, value in found.headers.items()}
        self.head(found.status, found.content_type, len(found.body), **headers)
        if request.method != "HEAD":
            self.write(found.body)
            request.sent = len(found.body)

    def _request(self, state: State) -> Request:
        parts = urlsplit(self.path)
        query = dict(parse_qsl(parts.query))
        return Request(
            method=self.command,
            host=self._host,
            path=parts.path,
            query=query,
            range=self.headers.get("Range"),
            signed_in=f"LOGIN_INFO={state.login}" in (self.headers.get("Cookie") or ""),
            video_id=query.get("id") if self._host.endswith(".googlevideo.com") else None,
        )

    def _media(self, request: Request, state: State) -> None:
        video = state.catalogue.video(request.video_id or "")
        kind = FORMATS.get(int(request.query.get("itag", "0")))
        if video is None or kind is None or kind.itag not in video.formats:
            request.status = 404
            self.head(404, "text/plain", 0)
            return
        if video.needs_javascript and request.query.get("n") != SOLUTION:
            request.status = 403
            self.head(403, "text/plain", 0)
            return
        path = self.server.shelf.file(kind, seconds=video.seconds)
        send_media(self, request, path, content_type=kind.content_type, faults=video.faults, state=state)

    def _suffer(self, fault: PageFaults, request: Request) -> None:
        if fault.hang:
            self.wait(None)
        if fault.hang or fault.cut:
            self.cut()
            return
        request.status = fault.status
        self.head(fault.status or 503, "text/plain", 0)

    def head(self, status: int, content_type: str, length: int, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(length))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def write(self, data: bytes) -> None:
        self.wfile.write(data)

    def wait(self, seconds: float | None) -> bool:
        """A client that waits for an answer sends nothing: if there is something to read, it has gone."""
        state, waited = self.server.state, 0.0
        while seconds is None or waited < seconds:
            step = _LOOK_SECONDS if seconds is None else min(_LOOK_SECONDS, seconds - waited)
            if state.over.wait(step) or select.select([self.connection], [], [], 0)[0]:
                return False
            waited += step
        return True

    def cut(self) -> None:
        self.close_connection = True
        _shut(self.connection)


def _shut(connection: socket.socket) -> None:
    with suppress(OSError):  # it may have gone by itself
        connection.shutdown(socket.SHUT_RDWR)
