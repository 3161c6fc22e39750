"""`GET /api/v1/ws`: the live stream as a WebSocket."""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect

from medianest_common.contracts.live import SUBPROTOCOL, ClientMessage, CloseCode, Hello, Pong, Refreshed
from medianest_common.errors import BadRequest, Forbidden, MediaNestError
from medianest_gateway.live import metrics
from medianest_gateway.live.abandoning import abandonable
from medianest_gateway.live.admission import Admission, shown_by
from medianest_gateway.live.connection import Connection
from medianest_gateway.live.hub import Hub
from medianest_gateway.live.refusals import refusal
from medianest_gateway.live.tickets import Tickets

_PONG = Pong().model_dump_json()


class _Refused(Exception):
    """The client broke a rule of the protocol, or could not say who it is."""

    def __init__(self, code: CloseCode, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


@dataclass(slots=True)
class _SocketWire:
    socket: WebSocket
    answers: bool = True

    async def send(self, text: str) -> None:
        try:
            await self.socket.send({"type": "websocket.send", "text": text})
        except (WebSocketDisconnect, RuntimeError) as error:
            raise ConnectionResetError from error

    async def close(self, code: int, reason: str) -> None:
        try:
            await self.socket.close(code, reason)
        except (WebSocketDisconnect, RuntimeError) as error:
            raise ConnectionResetError from error


class LiveSocket:
    """A browser shows an allowed origin and then a ticket; a native client shows a Bearer token and no origin.

    A cookie alone opens nothing here, because any page can make a browser send it along.
    """

    def __init__(self, hub: Hub, tickets: Tickets, *, origins: Collection[str]) -> None:
        self._hub = hub
        self._tickets = tickets
        self._origins = frozenset(origins)
        self._hello = Hello(
            heartbeat_ms=round(hub.limits.heartbeat * 1000),
            auth_timeout_ms=round(hub.limits.auth_seconds * 1000),
        ).model_dump_json()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        socket = WebSocket(scope, receive, send)
        try:
            with self._hub.place_for(socket.client.host if socket.client else ""):
                await self._converse(socket, self._at_the_door(socket))
        except MediaNestError as error:
            await socket.send_denial_response(refusal(error, path=scope["path"]))
        except WebSocketDisconnect:
            return

    def _at_the_door(self, socket: WebSocket) -> Admission | None:
        """What the upgrade request itself shows; None for a client that will present a ticket."""
        admission, by_cookie = shown_by(socket, now=self._hub.clock.now())
        if by_cookie:
            admission = None
        origin = socket.headers.get("origin")
        if origin not in self._origins and not (origin is None and admission):
            raise Forbidden("This page may not open a live connection here.")
        if SUBPROTOCOL not in socket.scope["subprotocols"]:
            raise BadRequest(f"Ask for the subprotocol {SUBPROTOCOL}.")
        return admission

    async def _converse(self, socket: WebSocket, admission: Admission | None) -> None:
        await socket.accept(subprotocol=SUBPROTOCOL)
        try:
            await socket.send_text(self._hello)
            epoch, last_seq = _position(socket)
            if admission is None:
                first = await self._first_message(socket)
                epoch, last_seq = first.epoch, first.last_seq
                admission = await self._redeem(first.ticket)
            elif self._hub.ended(admission):
                raise _Refused(CloseCode.REVOKED, "You were signed out.")
        except _Refused as refused:
            metrics.CLOSED.labels(str(int(refused.code))).inc()
            await socket.close(int(refused.code), refused.reason)
            return
        async with (
            abandonable() as abandon,
            self._hub.open(_SocketWire(socket), admission, abandon) as connection,
        ):
            try:
                await connection.begin(epoch=epoch, last_seq=last_seq)
                await self._read(socket, connection)
            except _Refused as refused:
                await connection.finish(refused.code, refused.reason)

    async def _first_message(self, socket: WebSocket) -> ClientMessage:
        try:
            async with asyncio.timeout(self._hub.limits.auth_seconds):
                first = _parse(await socket.receive())
        except TimeoutError:
            raise _Refused(CloseCode.TIMED_OUT, "Nothing was said in time.") from None
        if first.t != "auth":
            raise _Refused(CloseCode.BAD_MESSAGE, "The first message must be auth.")
        return first

    async def _redeem(self, ticket: str | None) -> Admission:
        admission = await self._tickets.redeem(ticket) if ticket else None
        if admission is None:
            raise _Refused(CloseCode.EXPIRED, "The ticket is unknown, too old or used. Get another.")
        if self._hub.ended(admission):
            raise _Refused(CloseCode.REVOKED, "You were signed out.")
        if self._hub.stale(admission):
            raise _Refused(CloseCode.EXPIRED, "Your role has changed. Get another ticket.")
        return admission

    async def _read(self, socket: WebSocket, connection: Connection) -> None:
        loop = asyncio.get_running_loop()
        second, count = loop.time(), 0
        while True:
            message = _parse(await socket.receive())
            now = loop.time()
            if now - second >= 1:
                second, count = now, 0
            count += 1
            if count > self._hub.limits.messages_per_second:
                raise _Refused(CloseCode.BAD_MESSAGE, "Too many messages.")
            connection.heard()
            await self._answer(message, connection)

    async def _answer(self, message: ClientMessage, connection: Connection) -> None:
        match message.t:
            case "ping":
                connection.say_text(_PONG)
            case "refresh":
                admission = await self._redeem(message.ticket)
                if admission.caller.user_id != connection.admission.caller.user_id:
                    raise _Refused(CloseCode.BAD_MESSAGE, "This ticket belongs to someone else.")
                connection.renew(admission)
                connection.say(Refreshed(expires_at=admission.expires_at))
            case "auth":
                await connection.begin(epoch=message.epoch, last_seq=message.last_seq)
            case "pong" | "ack":
                pass


def _parse(received: Any) -> ClientMessage:
    if received["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(received.get("code", 1005))
    text = received.get("text")
    if text is None:
        raise _Refused(CloseCode.NOT_TEXT, "Only text is understood.")
    try:
        return ClientMessage.model_validate_json(text)
    except ValidationError:
        raise _Refused(CloseCode.BAD_MESSAGE, "This message is not understood.") from None


def _position(socket: WebSocket) -> tuple[str | None, int | None]:
    """A client that shows its token at the upgrade may name its position there as well."""
    last_seq = socket.query_params.get("lastSeq", "")
    if not (last_seq.isascii() and last_seq.isdigit() and len(last_seq) < 16):
        return None, None
    return socket.query_params.get("epoch"), int(last_seq)
