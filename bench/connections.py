"""Ten thousand connections on which nobody says anything: what each costs, and whether others notice."""

import asyncio
import resource
import statistics
import time

from bench.live_sockets import pss
from bench.product import Running, product
from bench.table import Row

_IDLE = 10_000
_AT_ONCE = 200
_ASKED = 300
_REQUEST = b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"
_PER_SOURCE = 5_000


class _Silent(asyncio.Protocol):
    def __init__(self) -> None:
        self.transport: asyncio.BaseTransport | None = None
        self.is_open = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport, self.is_open = transport, True

    def connection_lost(self, exc: Exception | None) -> None:
        self.is_open = False


async def measure() -> list[Row]:
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    # The server takes half of what it may open for such connections, and we need room as well.
    number = min(_IDLE, hard // 2 - 100)
    async with product(names=("auth", "notifications", "gateway")) as running:
        alone = await _ask(running)
        before = pss(running.process)
        started = time.perf_counter()
        held = await _hold(running.port, number)
        opened_in = time.perf_counter() - started
        each = (pss(running.process) - before) / number / 1000
        among_them = await _ask(running)
        still = sum(connection.is_open for connection in held)
        for connection in held:
            if connection.transport is not None:
                connection.transport.abort()  # type: ignore[attr-defined]
    less = "" if number == _IDLE else f" (no more, since {hard} files may be open)"
    return [
        Row(
            f"{number} idle connections{less}, memory each (PSS)",
            f"{each:.1f} kB",
            "≤ 20 kB",
            f"opened in {opened_in:.1f} s, {still} still there",
            each <= 20 and still == number,
        ),
        Row(
            "a health request meanwhile",
            f"p50 {among_them[0]:.2f} ms, p99 {among_them[1]:.2f} ms",
            "p99 ≤ 2 × without them",
            f"without them p50 {alone[0]:.2f} ms, p99 {alone[1]:.2f} ms",
            among_them[1] <= 2 * alone[1],
        ),
    ]


async def _hold(port: int, number: int) -> list[_Silent]:
    loop = asyncio.get_running_loop()
    places = asyncio.Semaphore(_AT_ONCE)

    async def one(count: int) -> _Silent:
        source = f"127.0.3.{1 + count // _PER_SOURCE}"
        async with places:
            _, silent = await loop.create_connection(_Silent, "127.0.0.1", port, local_addr=(source, 0))
            return silent

    return await asyncio.gather(*map(one, range(number)))


async def _ask(running: Running) -> tuple[float, float]:
    """Median and 99th hundredth in milliseconds, over one connection, one after the other."""
    reader, writer = await asyncio.open_connection("127.0.0.1", running.port)
    took = []
    for _ in range(_ASKED):
        started = time.perf_counter()
        writer.write(_REQUEST)
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        await reader.readexactly(length)
        took.append((time.perf_counter() - started) * 1000)
    writer.close()
    return statistics.median(took), sorted(took)[int(_ASKED * 0.99) - 1]
