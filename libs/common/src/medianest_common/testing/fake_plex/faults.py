"""What goes wrong on purpose, and the record of what was asked."""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import parse_qsl

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from medianest_common.testing.broken_answers import answer, half_answer
from medianest_common.testing.http_server import HttpServer

type Fault = (
    int
    | Literal[
        "html",
        "xml",
        "empty",
        "hollow",
        "odd",
        "malformed",
        "maintenance",
        "hang",
        "drop",
        "truncate",
        "refuse",
    ]
)

_LOG_LENGTH = 20_000
_HTML = b"<!DOCTYPE html><html><head><title>Welcome</title></head><body><div id='app'></div></body></html>"
_XML = b'<?xml version="1.0" encoding="UTF-8"?>\n<MediaContainer size="0"></MediaContainer>'
_HOLLOW = b'{"MediaContainer":{"size":0,"Metadata":[],"Directory":[],"Hub":[]}}'
_ODD = b'{"MediaContainer":{"size":"many","totalSize":{},"Metadata":"none","Directory":7,"Hub":{"a":[1]}}}'
_MAINTENANCE = (
    b"<html><head><title>Maintenance</title></head><body><h1>Database is being upgraded</h1></body></html>"
)


@dataclass(frozen=True, kw_only=True)
class LoggedRequest:
    server: Literal["tv", "server"]
    method: str
    path: str
    query: Mapping[str, str]
    headers: Headers

    @property
    def token(self) -> str | None:
        return self.headers.get("x-plex-token") or self.query.get("X-Plex-Token")

    @property
    def token_in_url(self) -> bool:
        return any(name.lower() == "x-plex-token" for name in self.query)


@dataclass
class _Planned:
    fault: Fault
    times: int | None
    path: str
    retry_after: float | None
    after: int = 0
    body: bytes = b""


class FaultySite:
    """One of the two servers: its address, its record of requests and the faults planned for it."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        name: Literal["tv", "server"],
        log: deque[LoggedRequest],
        error_page: Callable[[int], tuple[bytes, bytes]],
        port: int = 0,
    ) -> None:
        self._app = app
        self._name: Literal["tv", "server"] = name
        self._log = log
        self._error_page = error_page
        self._planned: list[_Planned] = []
        self._changed = asyncio.Event()
        self._http = HttpServer(self, port=port)
        self.url = self._http.url
        self.delay = 0.0
        """Seconds that every answer is held back."""

    def fail_with(
        self,
        fault: Fault,
        *,
        times: int | None = None,
        path: str = "",
        retry_after: float | None = None,
        after: int = 0,
    ) -> None:
        """Answers requests whose path starts with `path` wrongly, `times` times or until `heal()`; the first `after`
        of them are spared.

        `drop` cuts the connection without an answer, `truncate` in the middle of one, `hang` never answers,
        and `refuse` closes the port, which always lasts until `heal()`. A socket of events is denied by any of them.
        """
        if fault == "refuse":
            if times is not None or path:
                raise ValueError("a closed port cannot count or tell paths apart")
            self._http.refuse()
            return
        self._planned.append(_Planned(fault, times, path, retry_after, after))

    def say(self, body: str, *, path: str) -> None:
        """Answers requests whose path starts with `path` with this XML, and 200, until `heal()`."""
        self._planned.append(_Planned(200, None, path, None, body=body.encode()))

    def heal(self) -> None:
        """Forgets every planned fault; requests that hang are answered now."""
        self._planned.clear()
        self.delay = 0.0
        self._changed.set()
        self._changed = asyncio.Event()
        self._http.accept()

    def cut_connections(self) -> None:
        """Ends every open connection, sockets of events among them; new ones are accepted."""
        self._http.refuse()
        self._http.accept()

    async def start(self) -> None:
        await self._http.start()

    async def stop(self) -> None:
        self._changed.set()
        await self._http.stop()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._log.append(_logged(self._name, scope))
        planned = self._take(scope["path"])
        if planned is not None and scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1013})
            return
        if planned is None:
            if self.delay:
                await asyncio.sleep(self.delay)
            await self._app(scope, receive, send)
            return
        match planned.fault:
            case "drop" | "refuse":
                self._http.drop(scope["client"])
            case "hang":
                await self._changed.wait()
                await self._app(scope, receive, send)
            case "truncate":
                await half_answer(self._app, self._http, scope, receive, send)
            case "html":
                await answer(send, 200, b"text/html", _HTML)
            case "empty":
                await answer(send, 200, b"application/json", b"")
            case "xml":
                await answer(send, 200, b"text/xml;charset=utf-8", _XML)
            case "hollow":
                await answer(send, 200, b"application/json", _HOLLOW)
            case "odd":
                await answer(send, 200, b"application/json", _ODD)
            case "malformed":
                await answer(send, 200, b"application/json", b'{"MediaContainer":{"size":1,')
            case "maintenance":
                await answer(send, 503, b"text/html", _MAINTENANCE, retry_after=planned.retry_after)
            case 200:
                await answer(send, 200, b"application/xml", planned.body)
            case status:
                content_type, body = self._error_page(status)
                await answer(send, status, content_type, body, retry_after=planned.retry_after)

    def _take(self, path: str) -> _Planned | None:
        for planned in self._planned:
            if not path.startswith(planned.path):
                continue
            if planned.after:
                planned.after -= 1
                continue
            if planned.times is not None:
                planned.times -= 1
                if planned.times <= 0:
                    self._planned.remove(planned)
            return planned
        return None


def new_log() -> deque[LoggedRequest]:
    return deque(maxlen=_LOG_LENGTH)


def _logged(server: Literal["tv", "server"], scope: Scope) -> LoggedRequest:
    return LoggedRequest(
        server=server,
        method=scope.get("method", "WEBSOCKET"),
        path=scope["path"],
        query=dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)),
        headers=Headers(scope=scope),
    )
