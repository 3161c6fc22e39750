"""WebSockets that leave the server's stack once they are open, so that thousands that say nothing cost little.

An open socket usually keeps a task, the frames of every layer it came through, and its handshake. Here the application
accepts, calls `take_over`, and may return: what stays is the transport, a parser and whoever listens.
"""

import asyncio
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Protocol

from starlette.types import Scope
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame, Opcode
from websockets.http11 import Request
from websockets.protocol import SERVER, State
from websockets.protocol import Protocol as Frames

_EXTENSION = "medianest.take_over"
_ECHO_SECONDS = 2.0
"""How long the other side may take to answer a close."""
_TOO_EARLY = "Nothing may be said before the handshake is over."


class Listener(Protocol):
    """Called by the event loop, so that nothing here may wait."""

    def heard(self, text: str | None) -> None:
        """A whole message; None for one that is not text."""
        ...

    def lost(self) -> None:
        """The other side is gone, or has said goodbye. Nothing follows."""
        ...


class TakenSocket(asyncio.Protocol):
    """Until somebody listens, nothing is read."""

    __slots__ = ("_closing", "_drained", "_frames", "_listener", "_parts", "_text", "_transport")

    answers = True
    """Pings of the application, since there is somebody at the other end."""

    def __init__(self, transport: asyncio.Transport, *, max_size: int) -> None:
        self._transport = transport
        self._frames = Frames(SERVER, state=State.OPEN, max_size=max_size)
        self._listener: Listener | None = None
        self._parts: list[bytes] = []
        self._text = True
        self._drained: asyncio.Future[None] | None = None
        self._closing: asyncio.TimerHandle | None = None

    def listen(self, listener: Listener) -> None:
        self._listener = listener
        if self._transport.is_closing():
            listener.lost()
        else:
            self._transport.resume_reading()

    @property
    def at_once(self) -> Callable[[str], None] | None:
        """`write`, unless the other side has to read first."""
        return self.write if self._drained is None else None

    def write(self, text: str) -> None:
        """Raises ConnectionResetError where nobody is left to send to."""
        if self._transport.is_closing() or self._frames.state is not State.OPEN:
            raise ConnectionResetError
        self._transport.write(_framed(text))

    async def send(self, text: str) -> None:
        """Waits until there is room. Raises ConnectionResetError where nobody is left to send to."""
        if self._drained is not None:
            await asyncio.shield(self._drained)
        self.write(text)

    async def close(self, code: int, reason: str) -> None:
        """Say goodbye; the connection itself ends when the other side has answered, or has not in time.

        Raises ConnectionResetError where nobody is left to say it to.
        """
        if self._transport.is_closing() or self._frames.state is not State.OPEN:
            raise ConnectionResetError
        self._frames.send_close(code, reason)
        self._flush()
        self._closing = asyncio.get_running_loop().call_later(_ECHO_SECONDS, self._transport.abort)
        # The answer has to be read, even by those who do not listen.
        self._transport.resume_reading()

    def abandon(self) -> None:
        """End without a word, unless goodbye has been said."""
        if self._closing is None:
            self._transport.abort()

    def pause(self) -> None:
        """What the other side says meanwhile waits on its way."""
        self._transport.pause_reading()

    def resume(self) -> None:
        if not self._transport.is_closing():
            self._transport.resume_reading()

    def data_received(self, data: bytes) -> None:
        self._frames.receive_data(data)
        self._flush()
        for event in self._frames.events_received():
            if isinstance(event, Frame):
                self._take(event)
        if self._frames.close_expected() and (self._closing is None or self._frames.close_rcvd):
            self._transport.close()

    def eof_received(self) -> None:
        return None

    def connection_lost(self, exc: Exception | None) -> None:
        if self._closing is not None:
            self._closing.cancel()
        self.resume_writing()
        if self._listener is not None:
            self._listener.lost()

    def pause_writing(self) -> None:
        self._drained = self._drained or asyncio.get_running_loop().create_future()

    def resume_writing(self) -> None:
        if self._drained is not None and not self._drained.done():
            self._drained.set_result(None)
        self._drained = None

    def _take(self, frame: Frame) -> None:
        if frame.opcode in (Opcode.TEXT, Opcode.BINARY):
            self._text = frame.opcode is Opcode.TEXT
            self._parts = []
        elif frame.opcode is not Opcode.CONT:
            return
        self._parts.append(bytes(frame.data))
        if not frame.fin or self._listener is None or self._closing is not None:
            return
        whole, self._parts = b"".join(self._parts), []
        try:
            self._listener.heard(whole.decode() if self._text else None)
        except UnicodeDecodeError:
            self._frames.fail(1007, "text has to be UTF-8")
            self._flush()

    def _flush(self) -> None:
        waiting = b"".join(self._frames.data_to_send())
        if waiting and not self._transport.is_closing():
            self._transport.write(waiting)


class LeavingSockets(WebSocketsSansIOProtocol):
    """uvicorn's WebSockets; those that were taken over are no longer its own."""

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if hasattr(self, "scope"):
            extensions: dict[str, Any] = self.scope["extensions"]
            extensions[_EXTENSION] = self._leave

    def _leave(self) -> TakenSocket:
        transport, size = self.transport, self.config.ws_max_size
        early = not self.queue.empty() or self.conn.reader.buffer
        if transport.is_closing() or early:
            transport.close()
            raise ConnectionResetError(_TOO_EARLY)
        taken = TakenSocket(transport, max_size=size)
        transport.pause_reading()
        transport.set_protocol(taken)
        self.stop_keepalive()
        self.connections.discard(self)
        del self.scope["extensions"][_EXTENSION]
        self.disconnected = True
        self.transport = _Gone()
        return taken


class _Gone(asyncio.Transport):
    """What is left of a transport to the protocol that had it."""

    def close(self) -> None:
        return None

    def is_closing(self) -> bool:
        return True


def take_over(scope: Scope) -> TakenSocket:
    """Of a WebSocket that was just accepted; `receive` and `send` have no meaning any more.

    Raises ConnectionResetError when the other side is gone or did not wait for the handshake.
    """
    leave: Callable[[], TakenSocket] = scope["extensions"][_EXTENSION]
    return leave()


@lru_cache(maxsize=4)
def _framed(text: str) -> bytes:
    """What is said to thousands is one text, and is made ready for the wire once."""
    return Frame(Opcode.TEXT, text.encode()).serialize(mask=False)
