"""Reading a household's libraries into the index: the first time, again, and when something was added.

The pretend Plex runs in a process of its own; what is measured is the plex service with PostgreSQL.
"""

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import psutil
from sqlalchemy import event, text

from bench.table import Row
from medianest.embedded import EmbeddedServers, in_background
from medianest.testing import sandbox_on
from medianest_common.bus import Handlers
from medianest_common.clock import SystemClock
from medianest_common.service import Runtime
from medianest_plex.app import PlexApp
from medianest_plex.service import SERVICE, open_app
from medianest_plex.sync import Sync

_ITEMS, _MANY_ITEMS = 50_000, 100_000
_NEW = 100
_DAY = 86_500.0
_ANSWER_SECONDS = 120
_PLEX = """
import asyncio, json, sys
from medianest_common.testing.fake_plex import FakePlex

async def main():
    async with FakePlex.start() as plex:
        plex.furnish(int(sys.argv[1]))
        about = {"url": plex.server_url, "token": plex.server_token, "items": len(plex.library.items)}
        print(json.dumps(about), flush=True)
        films = [item for item in plex.library.items.values() if item.type == "movie"]
        while line := await asyncio.to_thread(sys.stdin.readline):
            what, number = line.split()
            for n in range(int(number)):
                if what == "add":
                    plex.library.add_movie(f"New {n}", 2026, tmdb=9_000_000 + n, quietly=True)
                elif films:
                    plex.library.remove(films.pop().rating_key)
            print("done", flush=True)

asyncio.run(main())
"""


class _Clock(SystemClock):
    def __init__(self) -> None:
        self.ahead = 0.0

    def now(self) -> datetime:
        return super().now() + timedelta(seconds=self.ahead)

    def monotonic(self) -> float:
        return super().monotonic() + self.ahead


class _Cost(NamedTuple):
    seconds: float
    cpu: float
    """Seconds of the service itself, which a busy machine does not make more."""

    def __str__(self) -> str:
        return f"{self.seconds:.1f} s ({self.cpu:.1f} s CPU)"


@dataclass
class _Household:
    app: PlexApp
    clock: _Clock
    items: int
    longest_ms: float = 0.0
    """Of all statements so far."""
    memory_mb: list[float] = field(default_factory=list)
    _plex: Any = None

    async def beat(self, *, after: float) -> "_Cost":
        self.clock.ahead += after
        await self.app.plex.watch.look()
        began, cpu = time.perf_counter(), time.process_time()
        await Sync(self.app).beat()
        cost = _Cost(time.perf_counter() - began, time.process_time() - cpu)
        self.memory_mb.append(psutil.Process().memory_info().rss / (1 << 20))
        return cost

    async def change(self, what: str, number: int) -> None:
        self._plex.stdin.write(f"{what} {number}\n".encode())
        await self._plex.stdin.drain()
        assert await asyncio.wait_for(self._plex.stdout.readline(), _ANSWER_SECONDS) == b"done\n"

    async def indexed(self) -> int:
        async with self.app.db.read() as connection:
            return int((await connection.execute(text("select count(*) from items"))).scalar_one())

    def watch_statements(self) -> None:
        engine = self.app.db.engine.sync_engine

        def before(_: Any, __: Any, ___: Any, ____: Any, context: Any, _____: Any) -> None:
            context.began = time.perf_counter()

        def after(_: Any, __: Any, ___: Any, ____: Any, context: Any, _____: Any) -> None:
            self.longest_ms = max(self.longest_ms, 1000 * (time.perf_counter() - context.began))

        event.listen(engine, "before_cursor_execute", before)
        event.listen(engine, "after_cursor_execute", after)


async def measure() -> list[Row]:
    async with _household(_ITEMS) as home:
        first = await home.beat(after=0)
        assert await home.indexed() == home.items
        again = [await home.beat(after=_DAY) for _ in range(3)]
        await home.change("add", _NEW)
        news = await home.beat(after=31)
        assert await home.indexed() == home.items + _NEW
        grown = home.memory_mb[3] - home.memory_mb[1]
    async with _household(_MANY_ITEMS) as many:
        many.watch_statements()
        await many.beat(after=0)
        await many.change("remove", _MANY_ITEMS // 10)
        await many.beat(after=_DAY)
        await many.beat(after=_DAY)
        assert await many.indexed() < many.items
    return [
        Row(f"first full pass, {home.items:,} items", str(first), "≤ 60 s", "", first.seconds <= 60),
        Row("full pass, nothing has changed", str(min(again))),
        Row(f"{_NEW} new films until they are in the index", str(news), "≤ 2 s", "", news.seconds <= 2),
        Row(
            "memory after the fourth pass against the second",
            f"{grown:+.1f} MB ({home.memory_mb[3]:.0f} MB)",
            "flat: ≤ 10 MB",
            "",
            grown <= 10,
        ),
        Row(
            f"longest statement, {many.items:,} items and {_MANY_ITEMS // 10:,} films removed",
            f"{many.longest_ms:,.0f} ms",
            "",
            "≤ 10,000 ms, or it is cut off",
            many.longest_ms <= 10_000,
        ),
    ]


@asynccontextmanager
async def _household(items: int) -> AsyncIterator[_Household]:
    plex = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        _PLEX,
        str(items),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert plex.stdout
        told = json.loads(await asyncio.wait_for(plex.stdout.readline(), _ANSWER_SECONDS))
        clock = _Clock()
        opened: list[PlexApp] = []

        @asynccontextmanager
        async def opening(runtime: Runtime[Any]) -> AsyncIterator[PlexApp]:
            async with open_app(runtime) as app:
                opened.append(app)
                yield app

        quiet = replace(SERVICE, handlers=Handlers("plex"), open_app=opening)
        with TemporaryDirectory() as folder, in_background(EmbeddedServers(Path(folder))) as servers:
            async with sandbox_on(servers.urls, Path(folder) / "data", clock=clock) as sandbox:
                await sandbox.start(
                    quiet, plex_url=told["url"], plex_token=told["token"], log_level="warning"
                )
                yield _Household(opened[0], clock, told["items"], _plex=plex)
    finally:
        plex.kill()
        await plex.wait()
