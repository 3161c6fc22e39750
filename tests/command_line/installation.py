"""The product as its operator sees it: a command, a folder, an address, an exit code."""

import asyncio
import os
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path

import httpx

from medianest.testing import free_port
from tests.embedded.clients import processes_of

_UP_SECONDS = 180.0


class Installation:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.output = ""
        self._process: asyncio.subprocess.Process | None = None
        self._reader: asyncio.Task[None] | None = None

    async def command(self, *arguments: str, **settings: str) -> tuple[int, str]:
        """Run to the end; the exit code, and what was said on both streams."""
        process = await self._spawn(*arguments, **settings)
        output, _ = await asyncio.wait_for(process.communicate(), _UP_SECONDS)
        assert process.returncode is not None
        return process.returncode, output.decode()

    async def run(self, *arguments: str, command: str = "run", **settings: str) -> None:
        """Returns when it says that it is up."""
        await self.begin(command, *arguments, **settings)
        await self.says("is up", ": up (")

    async def says(self, *words: str, within: float = _UP_SECONDS) -> None:
        """Returns when any of the words has been said; fails when the command ends before."""
        assert self._process
        deadline = time.monotonic() + within
        while not any(each in self.output for each in words):
            assert self._process.returncode is None, self.output
            assert time.monotonic() < deadline, self.output
            await asyncio.sleep(0.02)

    async def begin(self, *arguments: str, **settings: str) -> None:
        """Returns at once."""
        self.output = ""
        self._process = await self._spawn(*arguments, **settings)
        self._reader = asyncio.create_task(self._read())

    @property
    def pid(self) -> int:
        assert self._process
        return self._process.pid

    async def interrupt(self) -> int:
        """Ctrl-C; the exit code."""
        return await self._ended_by(signal.SIGINT)

    async def kill(self) -> None:
        await self._ended_by(signal.SIGKILL)

    async def end(self) -> None:
        if self._process and self._process.returncode is None:
            await self._ended_by(signal.SIGTERM)

    async def ready(self) -> bool:
        try:
            async with httpx.AsyncClient(timeout=20) as client:
                return (await client.get(f"{self.address}/health/ready")).status_code == 200
        except httpx.HTTPError:
            return False

    def processes(self) -> list[str]:
        return processes_of(self.folder)

    async def _ended_by(self, number: signal.Signals) -> int:
        assert self._process and self._reader
        with suppress(ProcessLookupError):
            self._process.send_signal(number)
        code = await asyncio.wait_for(self._process.wait(), 60)
        await self._reader
        return code

    async def _read(self) -> None:
        assert self._process and self._process.stdout
        while line := await self._process.stdout.readline():
            self.output += line.decode()

    async def _spawn(self, *arguments: str, **settings: str) -> asyncio.subprocess.Process:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("MEDIANEST_")}
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "medianest", *arguments),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env={
                **inherited,
                "MEDIANEST_DATA_DIR": str(self.folder / "data"),
                "MEDIANEST_PORT": str(self.port),
                "MEDIANEST_BASE_URL": self.address,
                **settings,
            },
            start_new_session=True,
        )
