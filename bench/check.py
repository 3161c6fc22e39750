"""Whether anything has become much dearer. Each figure is a ratio of CPU time to bare parts at work in the same run, so
it says about the same on any machine, also where the goal is one of time (the bus). The bounds leave room for what else
the machine may do: they find what costs half as much again, and no tenth."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psutil

from bench import bus, middleware
from bench.load import Run, request
from bench.load import measure as measure_load
from bench.middleware import listening
from bench.product import free_port, product
from bench.requests import list_of, making, seed
from bench.stack import BARE
from bench.table import Row

_STACK = {"probe (health)": 2.8, "signed-in read": 3.6}
_BUS = {1: 2.3, 16: 2.9}
"""Half as much again as on 30 November: 1.4 to 1.7, and 1.9 to 2.1."""
_LIST, _CREATE = 45.0, 165.0
"""In requests that bare FastAPI answers."""


async def measure() -> list[Row]:
    rows = [_held(row, bound) for row, bound in zip(await middleware.measure(), _STACK.values(), strict=True)]
    rows += [_held(row, bound) for row, bound in zip(await bus.measure(), _BUS.values(), strict=True)]
    async with _yardstick() as bare:
        before = await _answered(bare)
        async with product(media_poll_seconds="3600") as running:
            await seed(running, 1, 10_000)
            listed = await list_of(running, ["?limit=20"])
        created = await making()
        each = (before.cpu_each_ms + (await _answered(bare)).cpu_each_ms) / 2
    rows.append(_in_bare_requests("list of 20 of 10,000", listed, each, _LIST))
    rows.append(_in_bare_requests("make a request", created, each, _CREATE))
    return rows


def _held(row: Row, bound: float) -> Row:
    assert row.ratio is not None
    return Row(row.what, row.ours, f"≤ {bound} ×", row.limit, row.ratio <= bound, row.ratio)


def _in_bare_requests(what: str, run: Run, each: float, bound: float) -> Row:
    ratio = run.cpu_each_ms / each
    ours = f"{run.cpu_each_ms:.2f} ms, {ratio:.0f} × FastAPI"
    return Row(f"{what}, CPU", ours, f"≤ {bound:.0f} ×", f"bare FastAPI {each:.3f} ms", ratio <= bound, ratio)


@asynccontextmanager
async def _yardstick() -> AsyncIterator[tuple[int, psutil.Process]]:
    port = free_port()
    bare = await asyncio.create_subprocess_exec(sys.executable, "-c", BARE, str(port))
    try:
        await listening(port)
        yield port, psutil.Process(bare.pid)
    finally:
        bare.terminate()
        await asyncio.wait_for(bare.wait(), 10)


async def _answered(bare: tuple[int, psutil.Process]) -> Run:
    port, process = bare
    return await measure_load(port, [request("GET", "/health")], seconds=3, processes=lambda: [process])
