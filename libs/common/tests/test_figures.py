"""What every service shows Prometheus of itself."""

import asyncio
import time
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import text

from libs.common.tests.sample import SAMPLE, App
from medianest.testing import Sandbox, eventually
from medianest_common.db import Database
from medianest_common.db.database import POOL_SIZE
from medianest_common.figures import free_on_disk

MEMORY = Path("/dev/shm")


async def test_who_waits_for_a_connection_is_counted(sandbox: Sandbox, apps: list[App]) -> None:
    """The pool is asked for something that it keeps to itself."""
    await sandbox.start(SAMPLE)
    database = apps[0].db
    async with AsyncExitStack() as held:
        while database.pool().in_use < POOL_SIZE:
            await held.enter_async_context(database.read())
        assert database.waiting() == 0
        late = asyncio.create_task(_read(database))
        while not late.done() and database.waiting() == 0:
            await asyncio.sleep(0)
        assert database.waiting() == 1
        await eventually(lambda: _counted("medianest_db_pool_in_use", POOL_SIZE), within=60)
    await asyncio.gather(late, return_exceptions=True)


async def test_an_event_loop_that_stands_still_is_seen(sandbox: Sandbox) -> None:
    await sandbox.start(SAMPLE)
    labels = {"service": SAMPLE.name, "le": "0.25"}

    def late() -> float:
        name = "medianest_event_loop_lag_seconds"
        whole = REGISTRY.get_sample_value(f"{name}_count", {"service": SAMPLE.name}) or 0
        return whole - (REGISTRY.get_sample_value(f"{name}_bucket", labels) or 0)

    before = late()
    await asyncio.sleep(0.1)
    time.sleep(1.5)  # noqa: ASYNC251

    async def seen() -> bool:
        return late() > before

    await eventually(seen, within=60)


def test_room_is_told_of_disks() -> None:
    assert (free_on_disk(Path(__file__).parent) or 0) > 0
    with pytest.raises(FileNotFoundError):
        free_on_disk(Path(__file__).parent / "nothing")


@pytest.mark.skipif(not MEMORY.is_mount(), reason="there is a folder in memory on Linux alone")
def test_and_not_of_memory() -> None:
    """Half of a small machine's memory is less than a disk should have left, for good."""
    assert free_on_disk(MEMORY) is None
    assert free_on_disk(MEMORY / "nothing") is None


async def _read(database: Database) -> None:
    async with database.read() as connection:
        await connection.execute(text("select 1"))


async def _counted(name: str, value: float) -> bool:
    return REGISTRY.get_sample_value(name, {"service": SAMPLE.name}) == value
