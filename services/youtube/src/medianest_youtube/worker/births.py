"""The service's side of the fork server: starts it, has processes born, hears of their end."""

import asyncio
import contextlib
import os
import signal
import socket
import sys
from pathlib import Path
from typing import Self

import structlog

from medianest_common.errors import Unavailable
from medianest_youtube.worker.fork_server import ENDED, MESSAGE, READY, SIGNAL, SPAWN, STARTED

_START_SECONDS = 60.0
_STOP_SECONDS = 2.0
_BIRTH_SECONDS = 15.0
_LONGEST_LINE = 2_000_000
_LAST_WORDS = 16_000
_PASSED_ON = ("PATH", "LANG", "LC_ALL", "TZ", "TMPDIR", "SSL_CERT_DIR")

log = structlog.get_logger(__name__)


class Birth:
    """One process. `ended` is how: its status, or minus the signal."""

    def __init__(self, server: "ForkServerClient", number: int) -> None:
        self._server, self._number = server, number
        self.pid = 0
        self.born: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.ended: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self.lines = asyncio.StreamReader(limit=_LONGEST_LINE)
        self.last_words = bytearray()
        self.transports: list[asyncio.BaseTransport] = []

    def signal(self, number: signal.Signals) -> None:
        """To the whole group. By the server, which knows whether the process id still is this process's."""
        if not self.ended.done():
            self._server.send(SIGNAL, self._number, int(number))

    def end(self) -> None:
        self.signal(signal.SIGKILL)
        self.close()

    def close(self) -> None:
        for transport in self.transports:
            transport.close()


class ForkServerClient:
    def __init__(
        self, process: asyncio.subprocess.Process, control: socket.socket, folder: Path | None
    ) -> None:
        self._process, self._control = process, control
        self.folder = folder
        self.version = ""
        self.alive = True
        self._closing = False
        self._births: dict[int, Birth] = {}
        self._numbers = 0
        self._listener: asyncio.Task[None] | None = None

    @classmethod
    async def start(
        cls, *, folder: Path | None = None, ffmpeg: Path | None = None, certificates: Path | None = None
    ) -> Self:
        """`folder` is where a newer yt-dlp lies. Raises `Unavailable`."""
        ours, theirs = socket.socketpair()
        ours.settimeout(0)
        with theirs:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-I", "-m", "medianest_youtube.worker.fork_server"),
                *(str(theirs.fileno()), str(folder or ""), str(ffmpeg or "")),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=None,
                pass_fds=[theirs.fileno()],
                env=_environment(certificates),
                start_new_session=True,
            )
        server = cls(process, ours, folder)
        try:
            async with asyncio.timeout(_START_SECONDS):
                what, _, length = MESSAGE.unpack(await server._read(MESSAGE.size))
                server.version = (await server._read(length)).decode()
        except (TimeoutError, ConnectionError):
            await server.close()
            raise Unavailable("yt-dlp could not be loaded. The log of the service says more.") from None
        assert what == READY
        server._listener = asyncio.create_task(server._listen())
        return server

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def idle(self) -> bool:
        return not self._births

    async def give_birth(self, order: bytes) -> Birth:
        """Raises `Unavailable` where the server has died; there may be another one by the next time."""
        bearing = asyncio.ensure_future(self._give_birth(order))
        try:
            return await asyncio.shield(bearing)
        except asyncio.CancelledError:
            # Whoever has asked for it is gone, so nobody else would end it.
            bearing.add_done_callback(_abandon)
            raise

    async def _give_birth(self, order: bytes) -> Birth:
        if not self.alive:
            raise _not_started()
        loop = asyncio.get_running_loop()
        self._numbers += 1
        birth = self._births[self._numbers] = Birth(self, self._numbers)
        pipes = [os.pipe() for _ in range(3)]
        (order_read, order_write), (lines_read, lines_write), (words_read, words_write) = pipes
        try:
            self.send(SPAWN, self._numbers, 0, fds=[order_read, lines_write, words_write])
        finally:
            for fd in (order_read, lines_write, words_write):
                os.close(fd)
        lines, _ = await loop.connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(birth.lines), os.fdopen(lines_read, "rb", 0)
        )
        words, _ = await loop.connect_read_pipe(
            lambda: _LastWords(birth.last_words), os.fdopen(words_read, "rb", 0)
        )
        writer, _ = await loop.connect_write_pipe(asyncio.BaseProtocol, os.fdopen(order_write, "wb", 0))
        birth.transports = [lines, words, writer]
        writer.write(order)
        writer.write_eof()
        try:
            async with asyncio.timeout(_BIRTH_SECONDS):
                await birth.born
        except TimeoutError:
            birth.end()
            raise _not_started() from None
        return birth

    def send(self, what: int, number: int, argument: int, *, fds: list[int] | None = None) -> None:
        with contextlib.suppress(OSError):
            socket.send_fds(self._control, [MESSAGE.pack(what, number, argument)], fds or [])

    async def close(self) -> None:
        """All that it has given birth to ends with it."""
        self._closing = True
        self._control.close()
        try:
            async with asyncio.timeout(_STOP_SECONDS):
                await self._process.wait()
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
        if self._listener is not None:
            self._listener.cancel()
            await asyncio.wait([self._listener])
        self._bury()

    async def _listen(self) -> None:
        try:
            while True:
                what, number, argument = MESSAGE.unpack(await self._read(MESSAGE.size))
                birth = self._births.get(number)
                if birth is None:
                    continue
                if what == STARTED:
                    birth.pid = argument
                    _settle(birth.born, None)
                elif what == ENDED:
                    del self._births[number]
                    _settle(birth.ended, argument)
        except OSError:
            if not self._closing:
                log.warning("youtube_fork_server_died", pid=self.pid)
        finally:
            self._bury()

    def _bury(self) -> None:
        """The server is gone. Its processes are killed by the kernel; where that cannot do it, here."""
        self.alive = False
        for birth in self._births.values():
            if birth.pid:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.killpg(birth.pid, signal.SIGKILL)
            if not birth.born.done():
                birth.born.set_exception(_not_started())
            _settle(birth.ended, -signal.SIGKILL)
        self._births.clear()

    async def _read(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            more = await asyncio.get_running_loop().sock_recv(self._control, size - len(data))
            if not more:
                raise ConnectionResetError
            data += more
        return data


class _LastWords(asyncio.Protocol):
    def __init__(self, kept: bytearray) -> None:
        self._kept = kept

    def data_received(self, data: bytes) -> None:
        self._kept += data
        del self._kept[:-_LAST_WORDS]


def _abandon(bearing: asyncio.Future[Birth]) -> None:
    if not bearing.cancelled() and bearing.exception() is None:
        bearing.result().end()


def _not_started() -> Unavailable:
    return Unavailable("The download could not be started.", retry_after=5)


def _settle[T](future: asyncio.Future[T], value: T) -> None:
    if not future.done():
        future.set_result(value)


def _environment(certificates: Path | None) -> dict[str, str]:
    """Nothing of ours but what programs need: what runs yt-dlp knows no password of the database."""
    passed = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    own = {"SSL_CERT_FILE": str(certificates)} if certificates else {}
    return {
        "PATH": os.defpath,
        "LC_ALL": "C.UTF-8",
        **passed,
        "HOME": "/nonexistent",
        "YTDLP_NO_PLUGINS": "1",
        "NO_COLOR": "1",
        **own,
    }
