"""Thousands of WebSocket clients that cost little themselves, for two protocols: ours and that of Socket.IO."""

import asyncio
import base64
import itertools
import json
import os
import struct
import time
from collections.abc import Callable, Sequence
from typing import Any, cast

import psutil

PER_ADDRESS = 150
"""Of loopback's many addresses, since a server bounds how many may come from one."""
SETTLE_SECONDS = 8.0
BROADCASTS = 5
_OPEN_SECONDS = 60.0
_ATTEMPTS = 3
_MASK = b"\0\0\0\0"

type Heard = Callable[["Socket", str], None]


class Socket(asyncio.Protocol):
    """Calls `heard` with each text frame."""

    def __init__(self, head: bytes, heard: Heard) -> None:
        self._head = head
        self._heard = heard
        self._buffer = bytearray()
        self._upgraded = False
        self._transport: asyncio.Transport | None = None
        self.welcome: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        self.closed = False
        self.state: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._transport.write(self._head)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if not self._upgraded:
            end = self._buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            if not self._buffer.startswith(b"HTTP/1.1 101"):
                self._fail(bytes(self._buffer[:200]).decode("latin-1"))
                return
            self._upgraded = True
            del self._buffer[: end + 4]
        while (frame := self._next()) is not None:
            code, body = frame
            if code == 1:
                self._heard(self, body.decode())
            elif code == 9:
                self._write(0x8A, body)
            elif code == 8:
                self._fail(f"closed with {int.from_bytes(body[:2])}: {body[2:].decode()}")

    def connection_lost(self, exc: Exception | None) -> None:
        self._fail(repr(exc))

    def say(self, text: str) -> None:
        self._write(0x81, text.encode())

    def drop(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    def is_welcome(self) -> None:
        if not self.welcome.done():
            self.welcome.set_result(time.perf_counter())

    def _fail(self, why: str) -> None:
        self.closed = True
        if not self.welcome.done():
            self.welcome.set_exception(ConnectionError(why))

    def _write(self, first: int, body: bytes) -> None:
        if self._transport is None or self._transport.is_closing():
            return
        size = len(body)
        length = bytes([0x80 | size]) if size < 126 else b"\xfe" + struct.pack("!H", size)
        self._transport.write(bytes([first]) + length + _MASK + body)

    def _next(self) -> tuple[int, bytes] | None:
        buffer = self._buffer
        if len(buffer) < 2:
            return None
        size, start = buffer[1] & 127, 2
        if size == 126:
            size, start = int.from_bytes(buffer[2:4]), 4
        elif size == 127:
            size, start = int.from_bytes(buffer[2:10]), 10
        if len(buffer) < start + size:
            return None
        body = bytes(buffer[start : start + size])
        code = buffer[0] & 15
        del buffer[: start + size]
        return code, body


async def open_sockets(
    port: int, heads: Sequence[bytes], heard: Sequence[Heard], *, at_once: int = 50
) -> list[Socket]:
    """Returns those that are welcome, all of them. Raises ConnectionError when one is not let in."""
    loop = asyncio.get_running_loop()
    places = asyncio.Semaphore(at_once)
    numbers = itertools.count()

    async def one(head: bytes, hears: Heard) -> Socket:
        source = next(numbers) // PER_ADDRESS
        address = f"127.0.{1 + source // 250}.{1 + source % 250}"
        async with places:
            for attempt in itertools.count():
                _, socket = await loop.create_connection(
                    lambda: Socket(head, hears), "127.0.0.1", port, local_addr=(address, 0)
                )
                try:
                    async with asyncio.timeout(_OPEN_SECONDS):
                        await socket.welcome
                    return socket
                except ConnectionError:
                    # A server that has no time for a moment sends people away, to come back.
                    if attempt == _ATTEMPTS:
                        raise
                    await asyncio.sleep(1 + attempt)
        raise AssertionError

    return await asyncio.gather(*(one(head, hears) for head, hears in zip(heads, heard, strict=True)))


def upgrade(path: str, port: int, *, origin: str = "", protocol: str = "") -> bytes:
    lines = [
        f"GET {path} HTTP/1.1",
        f"Host: localhost:{port}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}",
        "Sec-WebSocket-Version: 13",
    ]
    lines += [f"Origin: {origin}"] if origin else []
    lines += [f"Sec-WebSocket-Protocol: {protocol}"] if protocol else []
    return "\r\n".join([*lines, "", ""]).encode()


def ours(
    tickets: Sequence[str],
    hears: Callable[[Socket, dict[str, Any]], None],
    *,
    epoch: str | None = None,
    last_seq: int | None = None,
) -> Heard:
    """Signs in, with another ticket each time, answers pings, and passes on what is left."""
    unused = iter(tickets)

    def heard(socket: Socket, text: str) -> None:
        frame = json.loads(text)
        match frame["t"]:
            case "hello":
                first = {"t": "auth", "ticket": next(unused, ""), "epoch": epoch, "lastSeq": last_seq}
                socket.say(json.dumps(first))
            case "ping":
                socket.say('{"t":"pong"}')
            case "auth_ok":
                socket.is_welcome()
                hears(socket, frame)
            case _:
                hears(socket, frame)

    return heard


def of_socketio(hears: Callable[[Socket, Any], None]) -> Heard:
    """Engine.IO 4 over a WebSocket, the default namespace. Messages are read, as ours are."""

    def heard(socket: Socket, text: str) -> None:
        if text.startswith("0"):
            socket.say("40")
        elif text == "2":
            socket.say("3")
        elif text.startswith("40"):
            socket.is_welcome()
        elif text.startswith("42"):
            hears(socket, json.loads(text[2:]))

    return heard


async def until_all(heard: list[float], number: int, started: float) -> float:
    deadline = time.perf_counter() + 60
    while len(heard) < number:
        assert time.perf_counter() < deadline, f"{len(heard)} of {number}"
        await asyncio.sleep(0.005)
    return max(heard) - started


def pss(process: psutil.Process) -> float:
    return float(process.memory_full_info().pss)
