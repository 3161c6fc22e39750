"""Statistics of a million requests, everybody's and one person's, worked out anew each time and remembered."""

import statistics
import time

import httpx

from bench.product import Running, product
from bench.requests import database, seed
from bench.table import Row

_TIMES = 30


async def measure() -> list[Row]:
    async with product(media_poll_seconds="3600") as running:
        small = [await _milliseconds(running.port, running.token, query) for query in ("", "?mine=true")]
        await seed(running, 1, 1_000_000)
        await _hand_over(running)
        large = [await _milliseconds(running.port, running.token, query) for query in ("", "?mine=true")]
    return [
        Row(
            f"statistics of {whose} at 1,000,000 requests",
            f"first {first:.1f} ms, then {then:.1f} ms",
            "≤ 100 ms",
            f"{before[1]:.1f} ms with none",
            first <= 100 and then <= 100,
        )
        for whose, before, (first, then) in zip(("everybody", "one person"), small, large, strict=True)
    ]


async def _hand_over(running: Running) -> None:
    """The owner, who asks, becomes one of those who have made five thousand requests."""
    async with database(running) as connection:
        somebody = await connection.fetchval("select user_id from requests limit 1")
        owner = await connection.fetchval("select id from people where role = 'owner'")
        for table in ("requests", "request_counts", "request_months", "request_waits"):
            statement = f"update {table} set user_id = $1 where user_id = $2"
            await connection.execute(statement, owner, somebody)


async def _milliseconds(port: int, token: str, query: str) -> tuple[float, float]:
    """The slowest, which worked it out, and the median."""
    headers = {"Authorization": f"Bearer {token}"}
    took = []
    async with httpx.AsyncClient(base_url=f"http://localhost:{port}", headers=headers, timeout=30) as client:
        for _ in range(_TIMES):
            started = time.perf_counter()
            (await client.get(f"/api/v1/media/stats{query}")).raise_for_status()
            took.append((time.perf_counter() - started) * 1000)
    return max(took), statistics.median(took)
