"""What goes wrong on purpose, and the record of every call."""

import asyncio
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import parse_qsl

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from medianest_common.testing.broken_answers import answer, half_answer
from medianest_common.testing.http_server import HttpServer

type Fault = int | Literal["refuse", "hang", "drop", "drop_mid_body", "html", "nonsense", "empty"]

_LOG_LENGTH = 20_000
_HTML = b"<!DOCTYPE html><html><head><title>Sign in</title></head><body><div id='root'></div></body></html>"
_NONSENSE = (
    b'{"page":"one","results":{"id":null},"pageInfo":7,"status":[],"id":"x","media":false,"version":3}'
)


@dataclass(kw_only=True)
class Call:
    method: str
    path: str
    query: Mapping[str, str]
    headers: Headers
    body: bytes
    status: int | None = None
    """None while, or because, there was no answer."""
    client: tuple[str, int] | None = None
    """The other end of the connection; the same one for calls that share it."""

    @property
    def acting_user(self) -> str | None:
        return self.headers.get("x-api-user")


@dataclass
class _Planned:
    fault: Fault
    times: int | None
    path_prefix: str
    method: str | None
    retry_after: float | None


class FaultySite:
    """The socket in front of the application: its address, its record of calls and the faults planned."""

    def __init__(self, app: ASGIApp, *, port: int) -> None:
        self._app = app
        self._planned: list[_Planned] = []
        self._changed = asyncio.Event()
        self._stopping = asyncio.Event()
        self._http = HttpServer(self, port=port)
        self.url = self._http.url
        self.calls: deque[Call] = deque(maxlen=_LOG_LENGTH)
        self.delay = 0.0
        """Seconds that every answer is held back."""

    def fail_with(
        self,
        fault: Fault,
        *,
        times: int | None = None,
        path_prefix: str = "",
        method: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        """Goes wrong `times` times or until `heal()`, on paths such as `/api/v1/request`.

        `refuse` closes the port until `heal()`, unless it is limited: it then cuts the connection, as `drop`
        does. `drop_mid_body` does the work and loses half of the answer; all others do nothing. `hang` is
        answered after `heal()`. A number is that status, with `Retry-After` for 429 and where one is given.
        """
        if fault == "refuse" and times is None and not path_prefix and method is None:
            self._http.refuse()
            return
        if fault == 429 and retry_after is None:
            retry_after = 1.0
        self._planned.append(_Planned(fault, times, path_prefix, method, retry_after))

    def heal(self) -> None:
        """Forgets every planned fault; calls that hang are answered now."""
        self._planned.clear()
        self.delay = 0.0
        self._changed.set()
        self._changed = asyncio.Event()
        self._http.accept()

    async def start(self) -> None:
        await self._http.start()

    async def stop(self) -> None:
        self._stopping.set()
        self._changed.set()
        await self._http.stop()

    async def hang(self, request: Request) -> None:
        """Never answers; returns once the caller has gone or the server stops."""
        stopping = asyncio.create_task(self._stopping.wait())
        leaving = asyncio.ensure_future(request.receive())
        await asyncio.wait((stopping, leaving), return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        leaving.cancel()
        self._http.drop(request.scope["client"])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        body = await _read(receive)
        call = Call(
            method=scope["method"],
            path=scope["path"],
            query=dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)),
            headers=Headers(scope=scope),
            body=body,
            client=scope["client"],
        )
        self.calls.append(call)

        async def noting(message: Message) -> None:
            if message["type"] == "http.response.start":
                call.status = message["status"]
            await send(message)

        await self._serve(scope, _replaying(body, receive), noting)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        planned = self._take(scope)
        if planned is None:
            if self.delay:
                await asyncio.sleep(self.delay)
            await self._app(scope, receive, send)
            return
        match planned.fault:
            case "refuse" | "drop":
                self._http.drop(scope["client"])
            case "hang":
                await self._changed.wait()
                await self._app(scope, receive, send)
            case "drop_mid_body":
                await half_answer(self._app, self._http, scope, receive, send)
            case "html":
                await answer(send, 200, b"text/html; charset=utf-8", _HTML)
            case "nonsense":
                await answer(send, 200, b"application/json", _NONSENSE)
            case "empty":
                await answer(send, 200, b"application/json", b"")
            case status:
                message = f'{{"message":"Fault {status}"}}'.encode()
                await answer(send, status, b"application/json", message, retry_after=planned.retry_after)

    def _take(self, scope: Scope) -> _Planned | None:
        for planned in self._planned:
            if not scope["path"].startswith(planned.path_prefix):
                continue
            if planned.method not in (None, scope["method"]):
                continue
            if planned.times is not None:
                planned.times -= 1
                if planned.times <= 0:
                    self._planned.remove(planned)
            return planned
        return None


async def _read(receive: Receive) -> bytes:
    body = b""
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return body
        body += bytes(message.get("body", b""))
        if not message.get("more_body"):
            return body


def _replaying(body: bytes, receive: Receive) -> Receive:
    """Gives the body that was read once more, and then whatever comes."""
    waiting = [body]

    async def replay() -> Message:
        if waiting:
            return {"type": "http.request", "body": waiting.pop(), "more_body": False}
        return await receive()

    return replay
