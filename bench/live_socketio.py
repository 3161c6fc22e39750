"""Socket.IO from npm, in a folder that is thrown away: the peer of `bench/live.py`."""

import asyncio
import shutil
import socket as sockets_of_the_system
import statistics
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import psutil

from bench.live_sockets import (
    BROADCASTS,
    SETTLE_SECONDS,
    Socket,
    of_socketio,
    open_sockets,
    pss,
    until_all,
    upgrade,
)

_SERVER = """
const { Server } = require("socket.io");
const io = new Server(Number(process.argv[2]), { transports: ["websocket"], serveClient: false });
process.stdin.on("data", () => io.emit("monitor.changed", { status: "down", filler: "x".repeat(300) }));
console.log("up");
"""


async def socketio(number: int) -> tuple[float, float] | None:
    """The same two figures; None where npm cannot fetch it."""
    heard: list[float] = []

    def hears(socket: Socket, message: Any) -> None:
        heard.append(time.perf_counter())

    async with _socketio_server() as server:
        if server is None:
            return None
        process, port = server
        head = upgrade("/socket.io/?EIO=4&transport=websocket", port)
        warm = await open_sockets(port, [head] * 50, [of_socketio(hears)] * 50)
        before = pss(psutil.Process(process.pid))
        sockets = await open_sockets(port, [head] * (number - 50), [of_socketio(hears)] * (number - 50))
        sockets += warm
        await asyncio.sleep(SETTLE_SECONDS)
        each = (pss(psutil.Process(process.pid)) - before) / (number - 50) / 1000
        took = []
        assert process.stdin
        for _ in range(BROADCASTS):
            heard.clear()
            started = time.perf_counter()
            process.stdin.write(b"go\n")
            took.append(await until_all(heard, number, started))
            await asyncio.sleep(0.5)
        for socket in sockets:
            socket.drop()
        return each, statistics.median(took)


@asynccontextmanager
async def _socketio_server() -> AsyncIterator[tuple[asyncio.subprocess.Process, int] | None]:
    """In a folder of its own that is thrown away."""
    if not (shutil.which("node") and shutil.which("npm")):
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="medianest-bench-") as folder:
        command = [
            "npm",
            "install",
            "--no-save",
            "--ignore-scripts",
            "--no-audit",
            "--no-fund",
            "socket.io@4",
        ]
        try:
            await asyncio.to_thread(
                subprocess.run, command, cwd=folder, check=True, capture_output=True, timeout=180
            )
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
            yield None
            return
        (Path(folder) / "server.cjs").write_text(_SERVER)
        port = _free_port()
        process = await asyncio.create_subprocess_exec(
            *("node", "server.cjs", str(port)),
            cwd=folder,
            env={"NODE_ENV": "production", "PATH": "/usr/local/bin:/usr/bin:/bin"},
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        try:
            assert process.stdout
            await asyncio.wait_for(process.stdout.readline(), 60)
            yield process, port
        finally:
            process.kill()
            await process.wait()


def _free_port() -> int:
    with sockets_of_the_system.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
