"""Things that are looked at, in tests of who looks when: they remember who did."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

from sqlalchemy import text

from medianest_common.contracts.health import MonitorState
from medianest_health.adapters.probe import Finding
from medianest_health.app import HealthApp
from medianest_health.catalogue import Watched
from medianest_health.prober import Prober
from medianest_health.scheduling import AT_ONCE
from services.health.tests.household import Household


@dataclass
class Thing:
    name: str
    finding: Finding = field(default_factory=lambda: Finding(MonitorState.UP, 5.0))
    looks: list[tuple[str, float]] = field(default_factory=list)
    """By whom, and when by the loop's clock."""
    hangs_for: set[str] = field(default_factory=set)
    """Replicas that never get an answer."""

    def seen_by(self, replica: str) -> Watched:
        async def probe() -> Finding:
            self.looks.append((replica, asyncio.get_running_loop().time()))
            if replica in self.hangs_for:
                await asyncio.Event().wait()
            return self.finding

        return Watched(self.name, "service", self.name, self.name, "everyone", probe)

    def moments(self, replica: str | None = None) -> list[float]:
        return [at for by, at in self.looks if replica in (None, by)]

    def gaps(self) -> list[float]:
        moments = self.moments()
        return [b - a for a, b in pairwise(moments)]


class Replicas:
    """Of the health service, as far as looking goes."""

    def __init__(self, home: Household, things: Sequence[Thing], stack: AsyncExitStack) -> None:
        self._home = home
        self._things = things
        self._stack = stack
        self._loops: dict[str, asyncio.Task[None]] = {}
        self.probers: dict[str, Prober] = {}

    async def start(self, name: str, *, at_once: int = AT_ONCE, **other: Any) -> Prober:
        watched = [thing.seen_by(name) for thing in self._things]
        app: HealthApp = replace(self._home.app, watched=watched, **other)
        prober = await self._stack.enter_async_context(Prober.open(app, at_once=at_once))
        self.probers[name] = prober
        self._loops[name] = asyncio.create_task(prober.run(after=0))
        self._stack.callback(self._loops[name].cancel)
        return prober

    def kill(self, name: str) -> None:
        """It says nothing any more, and what it looks at never comes to an end."""
        self._loops[name].cancel()


@asynccontextmanager
async def replicas(home: Household, things: Sequence[Thing]) -> AsyncIterator[Replicas]:
    async with AsyncExitStack() as stack:
        yield Replicas(home, things, stack)


async def every(home: Household, things: Sequence[Thing], *, seconds: int, timeout: float = 5.0) -> None:
    """They are looked at so often; the monitors for them are made by this."""
    prober = Prober(replace(home.app, watched=[thing.seen_by("nobody") for thing in things]))
    await prober.match()
    await change(
        home,
        "update monitors set interval_seconds = :seconds, timeout_seconds = :timeout where enabled",
        seconds=seconds,
        timeout=timeout,
    )


async def change(home: Household, statement: str, **values: Any) -> None:
    async with home.app.db.transaction() as tx:
        await tx.session.execute(text(statement), values)


async def outcomes(home: Household) -> dict[str, list[str]]:
    """Of single checks, by the name of the monitor, in the order of time."""
    async with home.app.db.read() as connection:
        rows = await connection.execute(
            text("select name, outcome from results join monitors on id = monitor_id order by at")
        )
        found: dict[str, list[str]] = defaultdict(list)
        for name, outcome in rows:
            found[name].append(outcome)
        return found


async def somebody_waits(home: Household) -> bool:
    """Until another transaction ends."""
    waiting = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
    async with home.app.db.read() as connection:
        return bool((await connection.execute(text(waiting))).scalar_one())
