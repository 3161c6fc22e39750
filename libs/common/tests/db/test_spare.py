"""What a burst has opened is given back once nobody needs it."""

import asyncio
from contextlib import AsyncExitStack

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from libs.common.tests.sample import SAMPLE, App
from medianest.testing import Sandbox, eventually
from medianest_common.db.spare import give_back_spare


async def test_connections_of_a_burst_are_given_back_and_whoever_has_one_keeps_it(
    sandbox: Sandbox, apps: list[App]
) -> None:
    await sandbox.start(SAMPLE)
    database = apps[0].db
    giving_back = asyncio.create_task(give_back_spare(database.engine, every=0.5))
    try:
        async with database.read() as held:
            mine = await held.scalar(text("select pg_backend_pid()"))
            async with AsyncExitStack() as burst:
                for _ in range(8):
                    connection = await burst.enter_async_context(database.read())
                    await connection.execute(text("select 1"))
                assert await _open(held) >= 9

            async def few() -> bool:
                return await _open(held) <= 4

            await eventually(few, within=60)
            assert await held.scalar(text("select pg_backend_pid()")) == mine
        async with database.read() as again:
            assert await again.scalar(text("select 1")) == 1
    finally:
        giving_back.cancel()
        await asyncio.gather(giving_back, return_exceptions=True)


async def _open(connection: AsyncConnection) -> int:
    """The leader's own is among them."""
    count = await connection.scalar(
        text(
            "select count(*) from pg_stat_activity where usename = current_user and datname = current_database()"
        )
    )
    return int(count or 0)
