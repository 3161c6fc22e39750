"""What the whole home installation costs while nobody does anything, and how soon it is there."""

import asyncio
import tempfile
from pathlib import Path

import psutil

from bench.load import cpu_seconds
from bench.product import product
from bench.table import Row

_SETTLE_SECONDS = 15
_WATCH_SECONDS = 20


async def measure() -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        async with product(data_dir=Path(folder)) as first:
            first_start = first.started_in
        starts = []
        for _ in range(3):
            async with product(data_dir=Path(folder)) as running:
                starts.append(running.started_in)
        async with product(data_dir=Path(folder)) as running:
            await asyncio.sleep(_SETTLE_SECONDS)
            before = cpu_seconds(running.processes())
            await asyncio.sleep(_WATCH_SECONDS)
            share = (cpu_seconds(running.processes()) - before) / _WATCH_SECONDS
            memory = {"python": 0.0, "servers": 0.0}
            for process in running.processes():
                kind = "python" if process == running.process else "servers"
                memory[kind] += _pss(process)
    total = sum(memory.values())
    return [
        Row("first start to ready", f"{first_start:.1f} s", "", "", None),
        Row(
            "second start to ready",
            f"{sorted(starts)[1]:.2f} s",
            "≤ 2.5 s",
            "Seerr 2.5–3.7 s",
            sorted(starts)[1] <= 2.5,
        ),
        Row(
            "idle memory (PSS)",
            f"{total:.0f} MB (services {memory['python']:.0f}, servers {memory['servers']:.0f})",
            "≤ 240 MB",
            "Seerr 240 MB, the application alone",
            total <= 240,
        ),
        Row("idle CPU", f"{share * 100:.1f} % of a core", "", "", None),
    ]


def _pss(process: psutil.Process) -> float:
    try:
        return float(process.memory_full_info().pss) / 1e6
    except psutil.NoSuchProcess:
        return 0.0
