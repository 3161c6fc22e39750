"""A round trip through our RPC layer against request and reply of bare nats-py, each side in a process of its own."""

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import nats
import uvloop
from nats.aio.msg import Msg

from bench.table import Row
from medianest.embedded import EmbeddedServers
from medianest_common.bus import Bus
from medianest_common.clock import SystemClock
from medianest_common.contracts.auth import GetProviders, Providers

_ROUNDS = 5
_CALLS = 2000
_PROVIDERS = Providers(password=True, plex=True, setup_required=False)


async def measure() -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        async with EmbeddedServers(Path(folder)) as servers:
            url = servers.urls.nats_url
            answering = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bench.bus", url, stdout=asyncio.subprocess.PIPE
            )
            try:
                assert answering.stdout
                await asyncio.wait_for(answering.stdout.readline(), 20)
                return await _compare(url)
            finally:
                answering.terminate()
                await answering.wait()


async def _compare(url: str) -> list[Row]:
    client = await nats.connect(url)
    bus = Bus(client, service="gateway", clock=SystemClock())
    payload = GetProviders().model_dump_json().encode()

    async def bare() -> None:
        await client.request("bare", payload, timeout=2)

    async def ours() -> None:
        await bus.call(GetProviders())

    rows = []
    for in_flight in (1, 16):
        ratios, times = [], []
        for _ in range(_ROUNDS):
            plain = await _timed(bare, in_flight)
            through = await _timed(ours, in_flight)
            ratios.append(through / plain)
            times.append((through, plain))
        ratio = statistics.median(ratios)
        through, plain = times[ratios.index(sorted(ratios)[len(ratios) // 2])]
        rows.append(
            Row(
                what=f"bus round trip, {in_flight} in flight",
                ours=f"{ratio:.2f} × ({through * 1e6:.0f} µs)",
                goal="≤ 1.5 ×",
                limit=f"nats-py {plain * 1e6:.0f} µs",
                met=ratio <= 1.5,
                ratio=ratio,
            )
        )
    await client.close()
    return rows


async def _timed(call: Callable[[], Awaitable[None]], in_flight: int) -> float:
    """Seconds per call."""
    each = _CALLS // in_flight

    async def caller(count: int) -> None:
        for _ in range(count):
            await call()

    await asyncio.gather(*(caller(each // 10 + 1) for _ in range(in_flight)))
    started = time.perf_counter()
    await asyncio.gather(*(caller(each) for _ in range(in_flight)))
    return (time.perf_counter() - started) / (each * in_flight)


async def _answer(url: str) -> None:
    """Both answering sides: a bare subscription, and a handler bound the way every service binds its own."""
    from medianest_common.bus import Handlers
    from medianest_common.bus.rpc import RpcServer, answering

    client = await nats.connect(url)
    body = _PROVIDERS.model_dump_json().encode()

    async def respond(message: Msg) -> None:
        await message.respond(body)

    await client.subscribe("bare", cb=respond)
    handlers = Handlers("auth")

    @handlers.rpc
    async def get_providers(query: GetProviders, app: None) -> Providers:
        return _PROVIDERS

    server = RpcServer(client, service="auth")
    for rpc in handlers.rpcs:
        await server.serve(rpc.message.subject, answering(rpc, app=None, clock=SystemClock()))
    print("ready", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(_answer(sys.argv[1]))
