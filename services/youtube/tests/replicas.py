"""The youtube service in a process of its own, which can be killed or made to stand still."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from medianest_common import lifecycle
from medianest_common.lifecycle import run
from medianest_youtube import workers
from medianest_youtube.service import SERVICE
from services.youtube.tests.conftest import Home

_ROOT = Path(__file__).parents[3]
_PATIENCE_SECONDS = 180.0
"""Tells what never comes from what does: Python alone takes its time to begin and to end where many others work."""


@dataclass
class Replica:
    process: asyncio.subprocess.Process

    @property
    def pid(self) -> int:
        return self.process.pid

    async def kill(self) -> None:
        """As the kernel does it when memory is short."""
        self.process.kill()
        await self.process.wait()

    async def stop(self) -> None:
        """As an operator does it."""
        self.process.terminate()
        async with asyncio.timeout(_PATIENCE_SECONDS):
            await self.process.wait()

    def freeze(self) -> None:
        """It stands still, and does not know it."""
        os.kill(self.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        os.kill(self.pid, signal.SIGCONT)


async def start_replica(home: Home, **settings: Any) -> Replica:
    """Returns when it is up."""
    told = json.dumps(home.sandbox.settings | settings, default=str)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "services.youtube.tests.replicas"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        cwd=_ROOT,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(told.encode() + b"\n")
    await process.stdin.drain()
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            while (await process.stdout.readline()).strip() != b"ready":
                assert process.returncode is None
    except BaseException:
        # Nobody else knows of it yet.
        process.kill()
        raise
    asyncio.get_running_loop().create_task(_drain(process.stdout))
    return Replica(process)


@asynccontextmanager
async def replica(home: Home, **settings: Any) -> AsyncIterator[Replica]:
    started = await start_replica(home, **settings)
    try:
        yield started
    finally:
        if started.process.returncode is None:
            started.process.kill()
            await started.process.wait()


async def _drain(stream: asyncio.StreamReader) -> None:
    while await stream.readline():
        pass


async def _main() -> None:
    settings = json.loads(sys.stdin.readline())
    SERVICE.handlers.timers[:] = [
        replace(timer, seconds=min(timer.seconds, 0.3)) for timer in SERVICE.handlers.timers
    ]
    # For how long a service is waited for is shown elsewhere; here a slow machine may take its time.
    lifecycle.STOP_SECONDS = 2 * _PATIENCE_SECONDS
    workers._LEAVE_SECONDS = _PATIENCE_SECONDS
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await run([SERVICE], stop=stop, overrides=settings, ready=lambda _: print("ready", flush=True))


if __name__ == "__main__":
    asyncio.run(_main())
