"""Ten thousand connections on which nobody says anything: others are answered meanwhile, and each costs little."""

import asyncio
import resource
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress

import psutil
import pytest

_SERVER = """
import asyncio
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route
from medianest_common.web.connections import HttpConnection
from medianest_common.web.server import serving

class Patient(HttpConnection):
    idle_seconds = 600

async def health(_):
    return JSONResponse({"status": "ok"})

async def main():
    app = Starlette(routes=[Route("/health", health)])
    async with serving(app, host="127.0.0.1", port=0, speaking=Patient) as port:
        print(port, flush=True)
        await asyncio.sleep(600)

asyncio.run(main())
"""
_REQUEST = b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"
_MOST = 10_000
_AT_ONCE = 200
_PER_SOURCE = 5_000
_LARGEST = 20_000
"""Bytes for each, as for a live socket."""


@contextmanager
def _as_many_files_as_may_be() -> Iterator[int]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    try:
        yield hard
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@asynccontextmanager
async def _server() -> AsyncIterator[tuple[int, psutil.Process]]:
    """A process of its own, since both ends together need twice as many files."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _SERVER, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout
    try:
        async with asyncio.timeout(120):
            port = int(await process.stdout.readline())
        yield port, psutil.Process(process.pid)
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def _answered(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    async with asyncio.timeout(30):
        writer.write(_REQUEST)
        assert (await reader.readline()).startswith(b"HTTP/1.1 200")
    writer.close()


@pytest.mark.long
@pytest.mark.timeout(600)
async def test_ten_thousand_idle_connections_are_held_and_others_answered() -> None:
    with _as_many_files_as_may_be() as files:
        # The server takes half of what it may open for such connections.
        number = min(_MOST, files // 2 - 100)
        if number < 1_000:
            pytest.skip(f"only {files} files may be open here")
        async with _server() as (port, server):
            await _answered(port)
            before = server.memory_full_info().uss
            places = asyncio.Semaphore(_AT_ONCE)

            async def one(count: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
                async with places:
                    source = f"127.0.3.{1 + count // _PER_SOURCE}"
                    return await asyncio.open_connection("127.0.0.1", port, local_addr=(source, 0))

            held = await asyncio.gather(*map(one, range(number)))
            try:
                for _ in range(100):
                    await _answered(port)
                assert not any(reader.at_eof() for reader, _ in held), "all of them are still there"
                assert (server.memory_full_info().uss - before) / number < _LARGEST
            finally:
                for _, writer in held:
                    writer.transport.abort()
