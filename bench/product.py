"""The product as a process, as it runs at home or with a process for each service, and somebody signed in to it."""

import asyncio
import os
import socket
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil

WHO = {"email": "bench@example.org", "password": "a password for measuring"}
_SETUP_TOKEN = "set-up-token-of-the-benchmark-0123456789"
_START_SECONDS = 180


@dataclass(frozen=True)
class Running:
    port: int
    token: str
    user_id: str
    data_dir: Path
    started_in: float
    process: psutil.Process

    def processes(self) -> list[psutil.Process]:
        """Everything of the installation, the servers included."""
        return [self.process, *self.process.children(recursive=True)]


@asynccontextmanager
async def product(
    *, names: Sequence[str] = (), processes: bool = False, data_dir: Path | None = None, **settings: str
) -> AsyncIterator[Running]:
    with tempfile.TemporaryDirectory() as temporary:
        folder = data_dir or Path(temporary)
        port = free_port()
        environment = environment_of(folder, port, **settings)
        command = [sys.executable, "-m", "medianest", "run", *names, "--ready-file", str(folder / "ready")]
        command += ["--processes"] if processes else []
        (folder / "ready").unlink(missing_ok=True)
        loop = asyncio.get_running_loop()
        started = loop.time()
        with (folder / "bench.log").open("ab") as log:
            process = await asyncio.create_subprocess_exec(*command, env=environment, stdout=log, stderr=log)
        try:
            async with httpx.AsyncClient(base_url=f"http://localhost:{port}", timeout=30) as client:
                await _ready(client, folder, all_services=not names)
                took = loop.time() - started
                token, user_id = await _signed_in(client)
            yield Running(port, token, user_id, folder, took, psutil.Process(process.pid))
        finally:
            process.terminate()
            await asyncio.wait_for(process.wait(), 15)


def environment_of(folder: Path, port: int, **settings: str) -> dict[str, str]:
    # An installation has its bytecode compiled.
    inherited = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    plain = {name: value for name, value in inherited.items() if not name.startswith("MEDIANEST_")}
    return plain | {
        "MEDIANEST_DATA_DIR": str(folder),
        "MEDIANEST_PORT": str(port),
        "MEDIANEST_BASE_URL": f"http://localhost:{port}",
        "MEDIANEST_SETUP_TOKEN": _SETUP_TOKEN,
        "MEDIANEST_RATE_LIMIT_SCALE": "1000000",
        "MEDIANEST_LOG_FORMAT": "json",
        **{f"MEDIANEST_{name.upper()}": value for name, value in settings.items()},
    }


async def _ready(client: httpx.AsyncClient, folder: Path, *, all_services: bool) -> None:
    deadline = asyncio.get_running_loop().time() + _START_SECONDS
    path = "/health/ready" if all_services else "/health/live"
    while True:
        try:
            if (folder / "ready").exists() and (await client.get(path)).status_code == 200:
                return
        except httpx.HTTPError:
            pass
        if asyncio.get_running_loop().time() > deadline:
            raise TimeoutError((folder / "bench.log").read_text()[-2000:])
        await asyncio.sleep(0.02)


async def _signed_in(client: httpx.AsyncClient, *, attempts: int = 5) -> tuple[str, str]:
    """A machine that is busy may take longer than a request is given."""
    csrf = (await client.get("/api/v1/csrf")).json()["token"]
    headers = {"X-CSRF-Token": csrf}
    answer = await client.post(
        "/api/v1/auth/setup", json=WHO | {"setupToken": _SETUP_TOKEN, "name": "Bench"}, headers=headers
    )
    if answer.status_code == 409:
        answer = await client.post("/api/v1/auth/login", json=WHO, headers=headers)
    if answer.status_code >= 500 and attempts > 1:
        return await _signed_in(client, attempts=attempts - 1)
    body = answer.raise_for_status().json()
    return body["accessToken"], body["user"]["id"]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
