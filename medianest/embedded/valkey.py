"""Valkey (or Redis) as a small cache that is empty after every start."""

import asyncio
import contextlib
import signal
from pathlib import Path
from urllib.parse import quote

from medianest.embedded.binaries import find_valkey, version_of
from medianest.embedded.data_folder import Kept, may_be_socket, write_private

_ANSWER_SECONDS = 1.0

# Without its own process title the command line keeps the path by which a left-over server is recognised.
_CONFIGURATION = """\
bind 127.0.0.1
port {port}
{socket}
requirepass {password}
dir "{folder}"
save ""
appendonly no
maxmemory {megabytes}mb
maxmemory-policy allkeys-lru
tcp-backlog 128
loglevel warning
set-proc-title no
"""


class ValkeyServer:
    name = "valkey"
    mode = "as_is"
    stop_signal = signal.SIGTERM

    def __init__(self, *, folder: Path, kept: Kept, binary: str | None, small: bool = False) -> None:
        self._configuration = folder / "valkey.conf"
        self._socket = folder / "valkey.sock"
        self._folder = folder
        self._kept = kept
        self._setting = binary
        self._megabytes = 8 if small else 32
        self._path: Path | None = None
        self._port = kept.last_port("valkey")
        self.mark = str(self._configuration)
        self.environment: dict[str, str] = {}

    @property
    def url(self) -> str:
        return f"redis://:{self._kept.password('valkey')}@127.0.0.1:{self._port}/0"

    @property
    def url_by_socket(self) -> str | None:
        """None where the folder lies too deep for a socket."""
        if not may_be_socket(self._socket):
            return None
        return f"unix://:{self._kept.password('valkey')}@{quote(str(self._socket))}?db=0"

    async def prepare(self) -> None:
        if self._path is None:
            path = find_valkey(self._setting)
            await version_of("Valkey", [str(path)])
            self._path = path
            self.find_port()
        write_private(
            self._configuration,
            _CONFIGURATION.format(
                port=self._port,
                socket=f'unixsocket "{self._socket}"\nunixsocketperm 700' if self.url_by_socket else "",
                password=self._kept.password("valkey"),
                folder=self._folder,
                megabytes=self._megabytes,
            ),
        )

    def find_port(self) -> None:
        self._port = self._kept.port("valkey")

    def command(self) -> list[str]:
        return [str(self._path), str(self._configuration)]

    async def is_ready(self, pid: int) -> bool:
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(_ANSWER_SECONDS):
                reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
                try:
                    writer.write(f"AUTH {self._kept.password('valkey')}\r\nPING\r\n".encode())
                    return [await reader.readline(), await reader.readline()] == [b"+OK\r\n", b"+PONG\r\n"]
                finally:
                    writer.close()
        return False
