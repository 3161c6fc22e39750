"""`GET /api/v1/events`: the same stream as server-sent events, for proxies that break WebSockets."""

import json
from dataclasses import dataclass

from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from medianest_common.errors import MediaNestError, Unauthenticated
from medianest_gateway.live.abandoning import abandonable
from medianest_gateway.live.admission import Admission, shown_by
from medianest_gateway.live.connection import PING
from medianest_gateway.live.hub import Hub
from medianest_gateway.live.refusals import refusal

_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"private, no-store"),
    # nginx would otherwise collect the events until its buffer is full.
    (b"x-accel-buffering", b"no"),
]


@dataclass(slots=True)
class _EventWire:
    """The position travels as the event id, `<epoch>:<seq>`, so that the browser itself names it when it comes back."""

    send_part: Send
    epoch: str = ""
    answers: bool = False
    at_once: None = None
    """A part of an answer can only be waited for."""

    async def send(self, text: str) -> None:
        if text == PING:
            await self._write(": ping\n\n")
            return
        frame = json.loads(text)
        kind = frame["t"]
        position = ""
        if kind == "bye" and frame["retryMs"] is not None:
            # The browser comes back by itself after that time, which is another one for each.
            position = f"retry: {frame['retryMs']}\n"
        if kind in ("auth_ok", "gap"):
            self.epoch = frame["epoch"]
        if kind == "event":
            position = f"id: {self.epoch}:{frame['seq']}\n"
        elif kind == "gap":
            position = f"id: {self.epoch}:{frame['head']}\n"
        await self._write(f"{position}event: {kind}\ndata: {text}\n\n")

    async def close(self, code: int, reason: str) -> None:
        await self.send_part({"type": "http.response.body", "body": b"", "more_body": False})

    async def _write(self, text: str) -> None:
        await self.send_part({"type": "http.response.body", "body": text.encode(), "more_body": True})


class LiveEvents:
    """An ordinary authenticated GET: other sites' pages cannot read the answer, so here the cookie is enough."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            admission, _ = shown_by(request, now=self._hub.clock.now())
            if admission is None or self._hub.ended(admission):
                raise Unauthenticated("Sign in to listen.")
            if request.method == "HEAD":
                await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
                await send({"type": "http.response.body", "body": b""})
                return
            address = request.client.host if request.client else ""
            self._hub.take_place(address)
            try:
                await self._stream(request, admission, send)
            finally:
                self._hub.give_back(address)
        except MediaNestError as error:
            await refusal(error, path=scope["path"])(scope, receive, send)

    async def _stream(self, request: Request, admission: Admission, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
        await send({"type": "http.response.body", "body": b"retry: 2000\n\n", "more_body": True})
        epoch, last_seq = _position(request)
        async with abandonable() as abandon:
            connection = self._hub.join(_EventWire(send), admission, abandon)
            try:
                await self._hub.begin(connection, epoch=epoch, last_seq=last_seq)
                while (await request.receive())["type"] != "http.disconnect":
                    pass
            finally:
                await self._hub.part(connection)


def _position(request: Request) -> tuple[str | None, int | None]:
    """From the header a browser sends when it comes back, or from the address for clients that cannot set it."""
    given = request.headers.get("last-event-id") or request.query_params.get("lastEventId", "")
    epoch, _, seq = given.rpartition(":")
    if not (epoch and seq.isascii() and seq.isdigit() and len(seq) < 16):
        return None, None
    return epoch, int(seq)
