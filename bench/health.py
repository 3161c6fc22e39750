"""The health service at a size that no household has: 500 monitors every 20 s, with 90 days behind them.

What is watched are real servers on this machine, in the process of the benchmark, whose cost is not counted.
"""

import asyncio
import json
import statistics
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

import asyncpg
import httpx
import psutil
from sqlalchemy.engine import make_url

from bench.load import cpu_seconds
from bench.product import Running, product
from bench.table import Row
from medianest.embedded.servers import urls_of_running
from medianest_common.db.roles import role_name

_MONITORS = 500
_EVERY = 20
_SETTLE_SECONDS = 75
"""So that each has been looked at a few times and the first roll-up has been."""
_WATCH_SECONDS = 70
_ASKED = 150
_ANSWER = b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 2\r\n\r\nok"

_SEED_MONITORS = """
    insert into monitors (id, key, kind, name, target, visibility, position, enabled, created_at, origin, paused,
        config, interval_seconds, timeout_seconds, failures, out_of, successes, inverted, updated_at)
    select gen_random_uuid(), 'bench:' || n, 'http', 'Service ' || n, 'http://127.0.0.1/' || n, 'everyone', 100 + n,
        true, now() - interval '90 days', 'manual', false,
        jsonb_build_object('kind', 'http', 'url', 'http://127.0.0.1:' || $2::int || '/' || n),
        $3, 10, 2, 3, 2, false, now()
    from generate_series(1, $1::int) n
"""
_SEED_RESULTS = """
    insert into results (monitor_id, at, outcome, latency_ms, counted, holds_seconds)
    select m.id, at + random() * interval '15 seconds', 'up', 5 + random() * 40, 'up', 60
    from generate_series(now() - make_interval(hours => $1::int), now() - make_interval(hours => $2::int, secs => 20),
        interval '20 seconds') at
    cross join (select id from monitors where key like 'bench:%') m
"""
_SEED_ROLLUPS = """
    insert into rollups (monitor_id, width, bucket, up_seconds, down_seconds, maintenance_seconds, latencies)
    select m.id, $1::bigint, bucket, $1::bigint * 0.99, $1::bigint * 0.01, 0,
        '{0,0,0,0,0,0,0,0,0,1,1,2,2,3,2,2,1,1}'::int[]
    from generate_series(date_bin(make_interval(secs => $1::bigint), now(), 'epoch') - make_interval(days => $2::int),
        now() - make_interval(secs => $1::bigint), make_interval(secs => $1::bigint)) bucket
    cross join (select id from monitors where key like 'bench:%') m
    on conflict do nothing
"""
_KEPT_DAYS = ((300, 8), (3600, 91), (86_400, 90))
_DISK = """
    select coalesce(sum(pg_total_relation_size(c.oid)) filter (where c.relname like 'results\\_%'), 0)::bigint,
        coalesce(sum(pg_total_relation_size(c.oid)) filter (where c.relname = 'rollups'), 0)::bigint
    from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'health' and c.relkind = 'r'
"""


async def measure() -> list[Row]:
    async with _targets() as port, product(processes=True) as running:
        async with _database(running) as connection:
            await _seed(connection, port)
        await asyncio.sleep(_SETTLE_SECONDS)
        service, servers = _processes(running)
        before = cpu_seconds(service), cpu_seconds(servers)
        async with _database(running) as connection:
            looked = await connection.fetchval("select count(*) from results")
        began = time.monotonic()
        await asyncio.sleep(_WATCH_SECONDS)
        took = time.monotonic() - began
        ours, theirs = cpu_seconds(service) - before[0], cpu_seconds(servers) - before[1]
        async with _database(running) as connection:
            looks = (await connection.fetchval("select count(*) from results") - looked) / took
            results, rollups = await connection.fetchrow(_DISK)
            wrong = await connection.fetchval("select count(*) from standings where state <> 'up'")
            late = await connection.fetchval(
                "select coalesce(max(extract(epoch from now() - last_check_at)), 0)::float from standings"
            )
        p95, median = await _dashboard(running)
    expected = _MONITORS / _EVERY
    return [
        Row(
            f"health: {_MONITORS} monitors every {_EVERY} s over HTTP, the service's CPU",
            f"{ours / took:.1%} of a core ({looks:.1f} looks a second; oldest {late:.0f} s; not up: {wrong})",
            "≤ 10 %",
            f"{expected:.1f} looks a second are wanted",
            ours / took <= 0.10 and looks >= expected * 0.95,
        ),
        Row(
            "health: and PostgreSQL's, all of it, whoever asks",
            f"{theirs / took:.1%} of a core",
            "≤ 10 %",
            "",
            theirs / took <= 0.10,
        ),
        Row(
            f"health: GET /services/status with {_MONITORS} monitors and 90 days of history",
            f"p95 {p95:.0f} ms, median {median:.0f} ms",
            "p95 ≤ 100 ms",
            "Statping hangs at 2 M hits",
            p95 <= 100,
        ),
        Row(
            "health: disk, as much as it ever is",
            f"results {results / 1e6:.0f} MB (3 days), roll-ups {rollups / 1e6:.0f} MB",
            "≤ 2 GB",
            "",
            results + rollups <= 2e9,
        ),
    ]


async def _seed(connection: asyncpg.Connection, port: int) -> None:
    await connection.execute(_SEED_MONITORS, _MONITORS, port, _EVERY)
    today = await connection.fetchval("select date_trunc('day', now(), 'UTC')")
    for ago in range(4):
        day = today - timedelta(days=ago)
        await connection.execute(
            f"create table if not exists results_{day:%Y%m%d} partition of results"
            f" for values from ('{day:%Y-%m-%d} 00:00:00+00') to ('{day + timedelta(days=1):%Y-%m-%d} 00:00:00+00')"
        )
    for hour in range(72):
        await connection.execute(_SEED_RESULTS, hour + 1, hour)
    for width, kept in _KEPT_DAYS:
        await connection.execute(_SEED_ROLLUPS, width, kept)
    for table in ("results", "rollups", "monitors"):
        await connection.execute(f"analyze {table}")


async def _dashboard(running: Running) -> tuple[float, float]:
    """One person after the other, while everything goes on."""
    took = []
    headers = {"Authorization": f"Bearer {running.token}"}
    async with httpx.AsyncClient(
        base_url=f"http://localhost:{running.port}", headers=headers, timeout=30
    ) as client:
        for _ in range(_ASKED):
            began = time.perf_counter()
            answer = (await client.get("/api/v1/services/status")).raise_for_status()
            took.append((time.perf_counter() - began) * 1000)
            await asyncio.sleep(0.05)
    assert len(json.loads(answer.content)["items"]) >= _MONITORS
    return statistics.quantiles(took, n=20)[-1], statistics.median(took)


def _processes(running: Running) -> tuple[list[psutil.Process], list[psutil.Process]]:
    """The health service's own, and those of PostgreSQL."""
    service, servers = [], []
    for process in running.processes():
        with suppress(psutil.Error):
            command = " ".join(process.cmdline())
            if "postgres" in process.name():
                servers.append(process)
            elif command.endswith(" health") or " health " in command:
                service.append(process)
    assert len(service) == 1, [process.cmdline() for process in running.processes()]
    return service, servers


@asynccontextmanager
async def _targets() -> AsyncIterator[int]:
    """One server that answers everything, over connections that stay open."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                await reader.readuntil(b"\r\n\r\n")
                writer.write(_ANSWER)
                await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0, backlog=1024) as server:
        yield server.sockets[0].getsockname()[1]


@asynccontextmanager
async def _database(running: Running) -> AsyncIterator[asyncpg.Connection]:
    urls = urls_of_running(running.data_dir)
    assert urls
    address = make_url(urls.database_url).set(drivername="postgresql")
    dsn = address.render_as_string(hide_password=False)
    connection = await asyncpg.connect(
        dsn, server_settings={"search_path": "health", "role": role_name("health")}, command_timeout=600
    )
    try:
        yield connection
    finally:
        await connection.close(timeout=10)
