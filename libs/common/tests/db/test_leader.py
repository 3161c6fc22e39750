"""Whoever leads goes on leading, whatever ended what it was at."""

import asyncio

import asyncpg
import pytest

from medianest.testing import Sandbox, eventually
from medianest_common.db import relay
from medianest_common.db.relay import Leader


@pytest.mark.parametrize("several", [True, False])
@pytest.mark.parametrize(
    "error", [asyncpg.ConnectionDoesNotExistError, asyncpg.InternalClientError, TimeoutError]
)
async def test_work_that_loses_its_database_is_begun_again(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, error: type[Exception], several: bool
) -> None:
    """Whether one task notices it or several do, of which the others may still be waiting for an answer."""
    monkeypatch.setattr(relay, "RETRY_SECONDS", 0.05)
    begun, lost = 0, 0

    async def fail() -> None:
        raise error("gone")

    async def work(connection: asyncpg.Connection) -> None:
        nonlocal begun
        begun += 1
        if begun < 3 and not several:
            await fail()
        elif begun < 3:
            async with asyncio.TaskGroup() as group:
                group.create_task(fail())
                group.create_task(asyncio.Event().wait())
        await asyncio.Event().wait()

    def note() -> None:
        nonlocal lost
        lost += 1

    leader = Leader(sandbox.urls.database_url, service="sample", work=work, on_lost=note)
    leading = asyncio.create_task(leader.run())
    try:
        await eventually(lambda: _is(begun == 3 or leading.done()))
        assert not leading.done()
        assert (leader.leading, lost) == (True, 2)
    finally:
        leading.cancel()
        await asyncio.gather(leading, return_exceptions=True)


async def test_the_lock_of_a_host_that_is_gone_is_given_up_within_half_a_minute(sandbox: Sandbox) -> None:
    """It cannot say so itself: the server has to ask."""
    found: asyncio.Future[list[str]] = asyncio.get_running_loop().create_future()

    async def work(connection: asyncpg.Connection) -> None:
        names = ("tcp_keepalives_idle", "tcp_keepalives_interval", "tcp_keepalives_count")
        found.set_result([await connection.fetchval(f"show {name}") for name in names])
        await asyncio.Event().wait()

    leading = asyncio.create_task(Leader(sandbox.urls.database_url, service="sample", work=work).run())
    try:
        idle, interval, count = map(int, await asyncio.wait_for(found, 60))
    finally:
        leading.cancel()
        await asyncio.gather(leading, return_exceptions=True)
    assert 0 < idle + interval * count <= 30


async def _is(value: bool) -> bool:
    return value
