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


async def _is(value: bool) -> bool:
    return value
