"""`python -m bench.soak [MINUTES]`: everything at once for half an hour, and whether anything grows that should not.

The first third only warms up. Of each figure the median of the second third is held against that of the last one.
"""

import asyncio
import statistics
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import nats
import psutil
import uvloop

from bench.live_sockets import pss
from bench.product import Running, product
from bench.requests import database
from bench.soak_load import FILMS, FIRST_FILM, mixed_load
from bench.table import Row, show
from medianest.embedded.servers import urls_of_running
from medianest_common.testing.fake_overseerr import FakeOverseerr

_MINUTES = 30.0
_SAMPLES = 60
_SETTLE_SECONDS = 90
_OUTBOXES = "select table_schema from information_schema.tables where table_name = 'outbox'"


@dataclass(frozen=True)
class Sample:
    services_mb: float
    servers_mb: float
    files: int
    threads: int
    processes: int
    database_mb: float
    streams_mb: float
    done: int
    """How many requests had been answered by then."""


async def measure(minutes: float) -> list[Row]:
    async with FakeOverseerr.start() as overseerr:
        for number in range(FILMS):
            overseerr.add_movie(FIRST_FILM + number, f"Film {number}", 2020)
        backend: dict[str, Any] = {"overseerr_url": overseerr.url, "overseerr_api_key": overseerr.api_key}
        async with product(media_poll_seconds="30", **backend) as running:
            load = mixed_load(running)
            working = asyncio.create_task(load.run())
            samples = []
            for _ in range(_SAMPLES):
                await asyncio.sleep(minutes * 60 / _SAMPLES)
                samples.append(await _sample(running, done=load.answered))
                if working.done():
                    working.result()
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)
            left = await _left_over(running)
            rows = _verdicts(samples, failed=load.failed)
            rows.append(Row("events and jobs left over at the end", str(left), "0", "", left == 0))
    return rows


def _verdicts(samples: Sequence[Sample], *, failed: dict[str, int]) -> list[Row]:
    third = len(samples) // 3
    middle, last = samples[third : 2 * third], samples[2 * third :]

    def growth(name: str) -> tuple[float, float]:
        before, after = (statistics.median(getattr(s, name) for s in part) for part in (middle, last))
        return before, after

    done = statistics.median(s.done for s in last) - statistics.median(s.done for s in middle)
    answered = samples[-1].done
    rows = [
        Row(
            "answered, and refused or failed",
            f"{answered}, {sum(failed.values())}",
            "≤ 0.1 %",
            ", ".join(f"{what}: {number}" for what, number in failed.items()),
            sum(failed.values()) <= answered / 1000,
        )
    ]
    bounds: dict[str, Callable[[float], float]] = {
        "services_mb": lambda before: before * 0.05 + 5,
        "servers_mb": lambda before: before * 0.10 + 15,
        "files": lambda _: 20,
        "threads": lambda _: 4,
        "processes": lambda _: 8,
        # Whatever is asked for leaves rows, messages and their indexes behind, which are kept for a time.
        "database_mb": lambda _: 2 + done * 0.01,
        "streams_mb": lambda _: 2 + done * 0.01,
    }
    for name, bound in bounds.items():
        before, after = growth(name)
        most = bound(before)
        rows.append(
            Row(
                name.replace("_mb", ", MB").replace("_", " "),
                f"{before:.1f} → {after:.1f}",
                f"+ {most:.1f} at most",
                f"{done:.0f} requests between",
                after - before <= most,
            )
        )
    return rows


async def _sample(running: Running, *, done: int) -> Sample:
    own, everything = running.process, running.processes()
    # The services run in one process; the others are the servers.
    servers = sum(_memory(process) for process in everything if process != own)
    async with database(running) as connection:
        size = await connection.fetchval("select pg_database_size(current_database())", timeout=30)
    return Sample(
        services_mb=pss(own) / 1e6,
        servers_mb=servers / 1e6,
        files=own.num_fds(),
        threads=own.num_threads(),
        processes=len(everything),
        database_mb=size / 1e6,
        streams_mb=await _streams(running) / 1e6,
        done=done,
    )


def _memory(process: psutil.Process) -> float:
    """PostgreSQL ends processes whenever a connection is given back."""
    try:
        return pss(process)
    except psutil.NoSuchProcess:
        return 0.0


async def _streams(running: Running) -> float:
    urls = urls_of_running(running.data_dir)
    assert urls
    client = await nats.connect(urls.nats_url)
    try:
        return float(sum(info.state.bytes for info in await client.jetstream().streams_info()))
    finally:
        await client.close()


async def _left_over(running: Running) -> int:
    """What nobody has taken up a while after the last request: rows of the outboxes and jobs of the bus."""
    urls = urls_of_running(running.data_dir)
    assert urls
    client = await nats.connect(urls.nats_url)
    left = 0
    try:
        for _ in range(_SETTLE_SECONDS):
            infos = await client.jetstream().streams_info()
            jobs = sum(i.state.messages for i in infos if str(i.config.name).startswith("JOB_"))
            left = jobs + await _owed(running)
            if not left:
                break
            await asyncio.sleep(1)
    finally:
        await client.close()
    return left


async def _owed(running: Running) -> int:
    """Rows of the outboxes that are due."""
    async with database(running) as connection:
        schemas = [row[0] for row in await connection.fetch(_OUTBOXES, timeout=30)]
        counts = [
            await connection.fetchval(
                f'select count(*) from "{schema}".outbox where not_before <= now()', timeout=30
            )
            for schema in schemas
        ]
    return sum(counts)


def main() -> None:
    rows = uvloop.run(measure(float(sys.argv[1]) if len(sys.argv) > 1 else _MINUTES))
    show(rows)
    sys.exit(any(row.met is False for row in rows))


if __name__ == "__main__":
    main()
