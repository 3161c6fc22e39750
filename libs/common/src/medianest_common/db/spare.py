"""Connections that nobody has needed for a while are given back: each costs PostgreSQL three megabytes, and a burst
leaves as many behind as were at work at once."""

import asyncio
from typing import Any

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import QueuePool

SPARE_SECONDS = 60.0
_KEPT = 1


async def give_back_spare(engine: AsyncEngine, *, every: float = SPARE_SECONDS) -> None:
    """For as long as it runs. Whoever has a connection keeps it, and new ones are opened as they are needed."""
    busiest = 0

    def note(*_: Any) -> None:
        nonlocal busiest
        busiest = max(busiest, _pool(engine).checkedout())

    event.listen(engine.sync_engine.pool, "checkout", note)
    while True:
        busiest = _pool(engine).checkedout()
        await asyncio.sleep(every)
        pool = _pool(engine)
        if pool.checkedin() + pool.checkedout() > max(busiest, _KEPT):
            await engine.dispose()


def _pool(engine: AsyncEngine) -> QueuePool:
    pool = engine.sync_engine.pool
    assert isinstance(pool, QueuePool)
    return pool
