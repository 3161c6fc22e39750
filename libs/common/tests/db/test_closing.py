"""A database behind a network that was cut without a word holds up nobody who closes their connections to it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
from sqlalchemy import MetaData, text
from sqlalchemy.engine import make_url

from medianest.embedded import ServerUrls
from medianest_common.clock import SystemClock
from medianest_common.db.database import Database, open_database
from medianest_common.testing.fault_proxy import FaultProxy

LONG = 60.0
"""Much more than closing takes, on whatever machine."""


@pytest.fixture
async def proxy(server_urls: ServerUrls) -> AsyncIterator[FaultProxy]:
    url = make_url(server_urls.database_url)
    async with FaultProxy.start(url.host or "127.0.0.1", url.port or 5432) as proxy:
        yield proxy


@pytest.fixture
def db(server_urls: ServerUrls, proxy: FaultProxy) -> Database:
    url = make_url(server_urls.database_url).set(host=proxy.host, port=proxy.port)
    return open_database(
        url.render_as_string(hide_password=False), metadata=MetaData(), service="cut_off", clock=SystemClock()
    )


async def test_what_is_at_rest_is_closed_within_seconds(db: Database, proxy: FaultProxy) -> None:
    async with AsyncExitStack() as burst:
        for _ in range(8):
            connection = await burst.enter_async_context(db.read())
            await connection.execute(text("select 1"))
    proxy.black_hole()
    async with asyncio.timeout(LONG):
        await db.close()


async def test_what_is_at_work_is_given_up_and_closed_within_seconds(db: Database, proxy: FaultProxy) -> None:
    async def work() -> None:
        async with db.read() as connection:
            await connection.execute(text("select 1"))
            begun.set()
            await connection.execute(text("select pg_sleep(1000)"))

    begun = asyncio.Event()
    at_work = asyncio.create_task(work())
    await asyncio.wait_for(begun.wait(), LONG)
    proxy.black_hole()
    at_work.cancel()
    async with asyncio.timeout(LONG):
        await asyncio.gather(at_work, return_exceptions=True)
        await db.close()
