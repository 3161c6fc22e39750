"""`GET /api/v1/ws`: the live stream as a WebSocket."""

import asyncio
from collections import deque
from collections.abc import Collection, Coroutine
from typing import Any

import structlog
from pydantic import ValidationError
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect

from medianest_common.contracts.live import SUBPROTOCOL, ClientMessage, CloseCode, Hello, Pong, Refreshed
from medianest_common.errors import BadRequest, Forbidden, MediaNestError
from medianest_common.web.sockets import TakenSocket, take_over
from medianest_gateway.live import metrics
from medianest_gateway.live.admission import Admission, shown_by
from medianest_gateway.live.connection import Connection
from medianest_gateway.live.hub import Hub
from medianest_gateway.live.refusals import refusal
from medianest_gateway.live.tickets import Tickets

log = structlog.get_logger()

_AT_ONCE = 32
"""Sign-ins that are worked on together: when everybody comes back at the same moment, each is quick in its turn."""
_PONG = Pong().model_dump_json()


class _Refused(Exception):
    """The client broke a rule of the protocol, or could not say who it is."""

    def __init__(self, code: CloseCode, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class LiveSocket:
    """A browser shows an allowed origin and then a ticket; a native client shows a Bearer token and no origin.

    A cookie alone opens nothing here, because any page can make a browser send it along.
    """

    def __init__(self, hub: Hub, tickets: Tickets, *, origins: Collection[str]) -> None:
        self.hub = hub
        self._tickets = tickets
        self._origins = frozenset(origins)
        self._working: set[asyncio.Task[None]] = set()
        self.places = asyncio.Semaphore(_AT_ONCE)
        self._hello = Hello(
            heartbeat_ms=round(hub.limits.heartbeat * 1000),
            auth_timeout_ms=round(hub.limits.auth_seconds * 1000),
        ).model_dump_json()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Ends when the socket is open; what follows is the business of its stream."""
        socket = WebSocket(scope, receive, send)
        address = socket.client.host if socket.client else ""
        try:
            self.hub.take_place(address)
            try:
                admission = self._at_the_door(socket)
                await socket.accept(subprotocol=SUBPROTOCOL)
                taken = take_over(scope)
            except BaseException:
                self.hub.give_back(address)
                raise
        except MediaNestError as error:
            await socket.send_denial_response(refusal(error, path=scope["path"]))
        except (WebSocketDisconnect, ConnectionResetError):
            return
        else:
            epoch, last_seq = _position(socket)
            _Stream(self, taken, address).start(self._hello, admission, epoch, last_seq)

    def _at_the_door(self, socket: WebSocket) -> Admission | None:
        """What the upgrade request itself shows; None for a client that will present a ticket."""
        admission, by_cookie = shown_by(socket, now=self.hub.clock.now())
        if by_cookie:
            admission = None
        origin = socket.headers.get("origin")
        if origin not in self._origins and not (origin is None and admission):
            raise Forbidden("This page may not open a live connection here.")
        if SUBPROTOCOL not in socket.scope["subprotocols"]:
            raise BadRequest(f"Ask for the subprotocol {SUBPROTOCOL}.")
        return admission

    async def redeem(self, ticket: str | None) -> Admission:
        admission = await self._tickets.redeem(ticket) if ticket else None
        if admission is None:
            raise _Refused(CloseCode.EXPIRED, "The ticket is unknown, too old or used. Get another.")
        if self.hub.ended(admission):
            raise _Refused(CloseCode.REVOKED, "You were signed out.")
        if self.hub.stale(admission):
            raise _Refused(CloseCode.EXPIRED, "Your role has changed. Get another ticket.")
        return admission

    def work(self, coroutine: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(coroutine)
        self._working.add(task)
        task.add_done_callback(self._working.discard)


class _Stream:
    """One socket from its hello to its end. What the client says is answered in order, one after the other."""

    __slots__ = (
        "_address",
        "_busy",
        "_connection",
        "_count",
        "_door",
        "_late",
        "_over",
        "_second",
        "_socket",
        "_waiting",
    )

    def __init__(self, door: LiveSocket, socket: TakenSocket, address: str) -> None:
        self._door = door
        self._socket = socket
        self._address = address
        self._connection: Connection | None = None
        self._late: asyncio.TimerHandle | None = None
        self._waiting: deque[str | None] | None = None
        self._busy = self._over = False
        self._second = self._count = 0.0

    def start(self, hello: str, admission: Admission | None, epoch: str | None, last_seq: int | None) -> None:
        try:
            self._socket.write(hello)
        except ConnectionResetError:
            self.lost()
            return
        if admission is None:
            seconds = self._door.hub.limits.auth_seconds
            self._late = asyncio.get_running_loop().call_later(seconds, self._said_nothing)
        else:
            self._work(self._begin(admission, epoch, last_seq))
        self._socket.listen(self)

    def heard(self, text: str | None) -> None:
        if self._busy:
            self._waiting = self._waiting or deque()
            self._waiting.append(text)
            return
        try:
            self._answer(self._understood(text))
        except _Refused as refused:
            self._work(self._refuse(refused))

    def lost(self) -> None:
        if self._over:
            return
        self._over = True
        if self._late is not None:
            self._late.cancel()
        self._door.hub.give_back(self._address)
        if self._connection is not None:
            self._door.work(self._door.hub.part(self._connection))

    def abandon(self) -> None:
        self._socket.abandon()
        self.lost()

    def _understood(self, text: str | None) -> ClientMessage:
        now = asyncio.get_running_loop().time()
        if now - self._second >= 1:
            self._second, self._count = now, 0
        self._count += 1
        if self._count > self._door.hub.limits.messages_per_second:
            raise _Refused(CloseCode.BAD_MESSAGE, "Too many messages.")
        if text is None:
            raise _Refused(CloseCode.NOT_TEXT, "Only text is understood.")
        try:
            return ClientMessage.model_validate_json(text)
        except ValidationError:
            raise _Refused(CloseCode.BAD_MESSAGE, "This message is not understood.") from None

    def _answer(self, message: ClientMessage) -> None:
        connection = self._connection
        if connection is None:
            if message.t != "auth":
                raise _Refused(CloseCode.BAD_MESSAGE, "The first message must be auth.")
            self._work(self._sign_in(message))
            return
        connection.heard()
        match message.t:
            case "ping":
                connection.say_text(_PONG)
            case "refresh":
                self._work(self._refresh(connection, message.ticket))
            case "auth":
                hub = self._door.hub
                self._work(hub.begin(connection, epoch=message.epoch, last_seq=message.last_seq))
            case "pong" | "ack":
                pass

    async def _sign_in(self, message: ClientMessage) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None
        async with self._door.places:
            admission = await self._door.redeem(message.ticket)
        await self._begin(admission, message.epoch, message.last_seq)

    async def _begin(self, admission: Admission, epoch: str | None, last_seq: int | None) -> None:
        hub = self._door.hub
        async with self._door.places:
            if hub.ended(admission):
                raise _Refused(CloseCode.REVOKED, "You were signed out.")
            if self._over:
                return
            self._connection = hub.join(self._socket, admission, self.abandon)
            await hub.begin(self._connection, epoch=epoch, last_seq=last_seq)

    async def _refresh(self, connection: Connection, ticket: str | None) -> None:
        admission = await self._door.redeem(ticket)
        if admission.caller.user_id != connection.admission.caller.user_id:
            raise _Refused(CloseCode.BAD_MESSAGE, "This ticket belongs to someone else.")
        connection.renew(admission)
        connection.say(Refreshed(expires_at=admission.expires_at))

    def _said_nothing(self) -> None:
        self._work(self._refuse(_Refused(CloseCode.TIMED_OUT, "Nothing was said in time.")))

    async def _refuse(self, refused: _Refused) -> None:
        if self._connection is not None:
            await self._connection.finish(refused.code, refused.reason)
            return
        metrics.CLOSED.labels(str(int(refused.code))).inc()
        try:
            await self._socket.close(int(refused.code), refused.reason)
        except ConnectionResetError:
            pass
        finally:
            self.abandon()

    def _work(self, coroutine: Coroutine[Any, Any, None]) -> None:
        """While something is worked on, the client is not read from."""
        self._busy = True
        self._socket.pause()
        self._door.work(self._finish(coroutine))

    async def _finish(self, coroutine: Coroutine[Any, Any, None]) -> None:
        try:
            await coroutine
        except _Refused as refused:
            await self._refuse(refused)
        except Exception:
            log.exception("live_socket_failed")
            await self._refuse(_Refused(CloseCode.INTERNAL, "Something went wrong here. Come back."))
        self._busy = False
        while self._waiting and not self._busy and not self._over:
            self.heard(self._waiting.popleft())
        if not self._busy:
            self._waiting = None
            self._socket.resume()


def _position(socket: WebSocket) -> tuple[str | None, int | None]:
    """A client that shows its token at the upgrade may name its position there as well."""
    last_seq = socket.query_params.get("lastSeq", "")
    if not (last_seq.isascii() and last_seq.isdigit() and len(last_seq) < 16):
        return None, None
    return socket.query_params.get("epoch"), int(last_seq)
