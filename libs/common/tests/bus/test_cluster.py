"""A bus of three nodes, one of which dies."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import count
from pathlib import Path

import nats

from libs.common.tests.sample import SAMPLE, App, Write
from medianest.embedded.binaries import find_nats
from medianest.testing import PatientBus, Sandbox, eventually, free_port
from medianest_common.bus.reach import Reach
from medianest_common.bus.topology import job_stream

NODES = 3


class Cluster:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.ports = [free_port() for _ in range(NODES)]
        self._routes = [free_port() for _ in range(NODES)]
        self._processes: list[asyncio.subprocess.Process] = []

    @property
    def url(self) -> str:
        """One of them: it tells of the others."""
        return f"nats://127.0.0.1:{self.ports[0]}"

    async def start(self) -> None:
        routes = ", ".join(f"nats://127.0.0.1:{port}" for port in self._routes)
        for number in range(NODES):
            path = self._folder / f"{number}.conf"
            path.write_text(
                f"server_name: node-{number}\nlisten: 127.0.0.1:{self.ports[number]}\n"
                f"jetstream {{ store_dir: {self._folder / str(number)} }}\n"
                f"cluster {{ name: nest, listen: 127.0.0.1:{self._routes[number]}, routes: [{routes}] }}\n"
            )
            self._processes.append(
                await asyncio.create_subprocess_exec(
                    find_nats(), "-c", path, stderr=asyncio.subprocess.DEVNULL
                )
            )

    async def kill(self, name: str) -> None:
        process = self._processes[int(name.removeprefix("node-"))]
        process.kill()
        await process.wait()

    async def close(self) -> None:
        for process in self._processes:
            if process.returncode is None:
                process.kill()
                await process.wait()


@asynccontextmanager
async def cluster(folder: Path) -> AsyncIterator[Cluster]:
    three = Cluster(folder)
    try:
        await three.start()
        yield three
    finally:
        await three.close()


async def test_a_node_that_dies_takes_nothing_with_it(
    sandbox: Sandbox, apps: list[App], tmp_path: Path
) -> None:
    async with cluster(tmp_path) as three:
        keeper = replace(SAMPLE, reach=Reach(keeps_streams=True))
        await sandbox.start(keeper, nats_url=three.url, nats_copies=NODES)
        client = await nats.connect(three.url, max_reconnect_attempts=-1, reconnect_time_wait=0.1)
        bus = PatientBus(client, service="gateway", clock=sandbox.clock)
        try:
            held = (await bus.js.stream_info(job_stream(SAMPLE.name))).cluster
            assert held
            assert held.replicas
            assert {held.leader, *(each.name for each in held.replicas)} == {"node-0", "node-1", "node-2"}

            await bus.call(Write(text="before"))
            await three.kill(str(held.leader))

            # An answer may be lost with the node, so each try says something else.
            tries = count()

            async def written() -> str:
                text = f"after {next(tries)}"
                await bus.call(Write(text=text))
                return text

            last = await eventually(written)
            await eventually(lambda: _is({"before", last} <= set(apps[0].worked)))
        finally:
            await client.close()


async def _is(outcome: bool) -> bool:
    return outcome
