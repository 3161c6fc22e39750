"""A TCP proxy that breaks connections the ways networks do. Stands between a part and a real server in tests."""

import asyncio
import contextlib
import socket
import struct
from collections.abc import AsyncIterator
from typing import Self

_CHUNK = 65536
_RESET = struct.pack("ii", 1, 0)


class FaultProxy:
    """Starts healed: everything passes. Every fault applies to open and to new connections until `heal()`."""

    def __init__(self, target_host: str, target_port: int) -> None:
        self._target = (target_host, target_port)
        self._placeholder = _bound_socket(0)
        self.host = "127.0.0.1"
        self.port: int = self._placeholder.getsockname()[1]
        self.connections = 0
        """How many were accepted since the start."""
        self._server: asyncio.Server | None = None
        self._open: dict[asyncio.Task[None], asyncio.StreamWriter] = {}
        self._swallow = False
        self._seconds = 0.0
        self._bytes_per_second: float | None = None

    @classmethod
    @contextlib.asynccontextmanager
    async def start(cls, target_host: str, target_port: int) -> AsyncIterator[Self]:
        proxy = cls(target_host, target_port)
        await proxy._listen()
        try:
            yield proxy
        finally:
            await proxy._stop()

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"

    def cut(self) -> None:
        """Resets every open connection; new ones are accepted."""
        for writer in self._open.values():
            _reset(writer)

    def refuse(self) -> None:
        """Resets every open connection; new ones are refused by the operating system."""
        if self._server is not None:
            self._server.close()
            self._server = None
        self.cut()

    def black_hole(self) -> None:
        """Connections stay open and are accepted, and nothing that is sent ever arrives."""
        self._swallow = True

    def delay(self, seconds: float) -> None:
        """Every chunk waits this long, in each direction."""
        self._seconds = seconds

    def throttle(self, bytes_per_second: float) -> None:
        self._bytes_per_second = bytes_per_second

    def half_close(self) -> None:
        """Ends the answering direction of every open connection; what clients send still goes through."""
        for writer in self._open.values():
            with contextlib.suppress(OSError):
                writer.write_eof()

    async def heal(self) -> None:
        """Connections that lost bytes in the black hole are reset, all others go on."""
        if self._swallow:
            self.cut()
        self._swallow = False
        self._seconds = 0.0
        self._bytes_per_second = None
        await self._listen()

    async def _listen(self) -> None:
        if self._server is None:
            listener = _bound_socket(self.port)
            self._server = await asyncio.start_server(self._accept, sock=listener)

    async def _stop(self) -> None:
        if self._server is not None:
            self._server.close()
        for task in list(self._open):
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)
        self._placeholder.close()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self.connections += 1
        self._open[task] = writer
        onward: asyncio.StreamWriter | None = None
        try:
            back, onward = await asyncio.open_connection(*self._target)
            async with asyncio.TaskGroup() as both_ways:
                both_ways.create_task(self._pump(reader, onward))
                both_ways.create_task(self._pump(back, writer))
        except* OSError:
            pass
        finally:
            self._open.pop(task, None)
            for end in (writer, onward):
                if end is not None:
                    end.transport.abort()

    async def _pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        while chunk := await source.read(self._chunk_size()):
            if self._seconds:
                await asyncio.sleep(self._seconds)
            if self._bytes_per_second:
                await asyncio.sleep(len(chunk) / self._bytes_per_second)
            if self._swallow:
                continue
            sink.write(chunk)
            await sink.drain()
        if not self._swallow and not sink.is_closing():
            sink.write_eof()

    def _chunk_size(self) -> int:
        if self._bytes_per_second is None:
            return _CHUNK
        return max(1, int(self._bytes_per_second / 20))


def _bound_socket(port: int) -> socket.socket:
    """Bound but not listening, it keeps the port ours while connections to it are refused."""
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    bound.bind(("127.0.0.1", port))
    return bound


def _reset(writer: asyncio.StreamWriter) -> None:
    raw = writer.get_extra_info("socket")
    with contextlib.suppress(OSError):
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    writer.transport.abort()
