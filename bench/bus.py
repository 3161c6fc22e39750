"""A round trip through our RPC layer against request and reply of bare nats-py, each side in a process of its own.

The time is what the goal is about, and says something on a quiet machine. The CPU time of both sides, without the
server between them, says about the same on a busy one.
"""

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import NamedTuple

import nats
import psutil
import uvloop
from nats.aio.msg import Msg

from bench.load import cpu_seconds
from bench.table import Row
from medianest.embedded import EmbeddedServers
from medianest_common.bus import Bus
from medianest_common.clock import SystemClock
from medianest_common.contracts.auth import GetProviders, Providers

_ROUNDS = 5
_CALLS = 2000
_PROVIDERS = Providers(password=True, plex=True, setup_required=False)


class _Took(NamedTuple):
    """Seconds for one call."""

    time: float
    cpu: float


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
                return await _compare(url, [psutil.Process(), psutil.Process(answering.pid)])
            finally:
                answering.terminate()
                await answering.wait()


async def _compare(url: str, sides: list[psutil.Process]) -> list[Row]:
    client = await nats.connect(url)
    bus = Bus(client, service="gateway", clock=SystemClock())
    payload = GetProviders().model_dump_json().encode()

    async def bare() -> None:
        await client.request("bare", payload, timeout=2)

    async def ours() -> None:
        await bus.call(GetProviders())

    rows = []
    for in_flight in (1, 16):
        rounds = []
        for _ in range(_ROUNDS):
            plain = await _timed(bare, in_flight, sides)
            rounds.append((await _timed(ours, in_flight, sides), plain))
        rounds.sort(key=lambda pair: pair[0].time / pair[1].time)
        through, plain = rounds[len(rounds) // 2]
        ratio = through.time / plain.time
        cpu = statistics.median(one.cpu / other.cpu for one, other in rounds)
        rows.append(
            Row(
                what=f"bus round trip, {in_flight} in flight",
                ours=f"{ratio:.2f} × ({through.time * 1e6:.0f} µs); {cpu:.2f} × the CPU ({through.cpu * 1e6:.0f} µs)",
                goal="≤ 1.5 ×",
                limit=f"nats-py {plain.time * 1e6:.0f} µs, {plain.cpu * 1e6:.0f} µs CPU",
                met=ratio <= 1.5,
                ratio=cpu,
            )
        )
    await client.close()
    return rows


async def _timed(call: Callable[[], Awaitable[None]], in_flight: int, sides: list[psutil.Process]) -> _Took:
    each = _CALLS // in_flight

    async def caller(count: int) -> None:
        for _ in range(count):
            await call()

    await asyncio.gather(*(caller(each // 10 + 1) for _ in range(in_flight)))
    before = cpu_seconds(sides)
    started = time.perf_counter()
    await asyncio.gather(*(caller(each) for _ in range(in_flight)))
    took, number = time.perf_counter() - started, each * in_flight
    return _Took(took / number, (cpu_seconds(sides) - before) / number)


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
