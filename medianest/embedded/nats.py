"""NATS with JetStream on the loopback address.

Whoever has the password may do everything: that is the operator. Each service has a user of its own.
"""

import asyncio
import contextlib
import json
import signal
from pathlib import Path

from medianest.bus_users import users
from medianest.embedded.binaries import find_nats, version_of
from medianest.embedded.data_folder import Kept, write_private

_ANSWER_SECONDS = 1.0

# Streams bound themselves; the limit of the store only has to be above what they reserve together.
# `sync_interval: always` makes an acknowledged message survive a power cut; the default leaves up to two minutes open.
_CONFIGURATION = """\
listen: "127.0.0.1:{port}"
server_name: medianest
max_payload: 1MB
write_deadline: "5s"
authorization {{ timeout: 5, users: [
  {{ user: medianest, password: "{password}" }}
{users}
] }}
jetstream {{
  store_dir: {folder}
  sync_interval: always
  max_memory_store: 64MB
  max_file_store: 16GB
}}
"""


class NatsServer:
    name = "nats"
    mode = "as_is"
    stop_signal = signal.SIGTERM

    def __init__(
        self, *, folder: Path, seeds: Path, kept: Kept, binary: str | None, small: bool = False
    ) -> None:
        self._configuration = folder / "nats.conf"
        self._data = folder / "nats"
        self._seeds = seeds
        self._kept = kept
        self._setting = binary
        self._path: Path | None = None
        self._port = kept.last_port("nats")
        self.mark = str(self._configuration)
        # What is kept are a few megabytes, so that collecting at half as much again costs nothing one could measure.
        self.environment = (
            {"GOMEMLIMIT": "48MiB", "GOGC": "25"} if small else {"GOMEMLIMIT": "96MiB", "GOGC": "50"}
        )

    @property
    def url(self) -> str:
        return f"nats://medianest:{self._kept.password('nats')}@127.0.0.1:{self._port}"

    async def prepare(self) -> None:
        if self._path is None:
            path = find_nats(self._setting)
            await version_of("NATS", [str(path)])
            self._path = path
            self.find_port()
        write_private(
            self._configuration,
            _CONFIGURATION.format(
                port=self._port,
                password=self._kept.password("nats"),
                users=users(self._seeds, with_operator=False),
                folder=json.dumps(str(self._data)),
            ),
        )

    def find_port(self) -> None:
        self._port = self._kept.port("nats")

    def command(self) -> list[str]:
        return [str(self._path), "-c", str(self._configuration)]

    async def is_ready(self, pid: int) -> bool:
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(_ANSWER_SECONDS):
                reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
                try:
                    greeting = await reader.readline()
                finally:
                    writer.close()
            return greeting.startswith(b"INFO ") and b'"jetstream":true' in greeting
        return False
