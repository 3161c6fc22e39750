"""A service of a new version and the tables of an old one."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress

import asyncpg
from sqlalchemy.engine import make_url
from structlog.testing import capture_logs

from libs.common.tests.sample import SAMPLE
from medianest.testing import SECRET_KEY, Sandbox, eventually
from medianest_common.db.migrate import migrate
from medianest_common.db.roles import ensure_roles, role_url
from medianest_common.lifecycle import role_secret, running
from medianest_common.security.encryption import KeyRing

SECRET = role_secret(KeyRing.parse(SECRET_KEY))


@asynccontextmanager
async def _held_up(sandbox: Sandbox, *, by: str) -> AsyncIterator["asyncio.Task[object]"]:
    """The service starts inside the block once what has been told is mended."""
    async with AsyncExitStack() as stack:
        with capture_logs() as logged:
            entering = stack.enter_async_context(running(SAMPLE, overrides=sandbox.settings))
            starting = asyncio.create_task(entering)

            async def told() -> bool:
                return any(entry["event"] == by for entry in logged)

            try:
                await eventually(told, within=60)
                assert not starting.done()
                yield starting
            finally:
                if not starting.done():
                    starting.cancel()
                    with suppress(asyncio.CancelledError):
                        await starting


async def test_it_does_nothing_before_its_tables_are_there(sandbox: Sandbox) -> None:
    url = sandbox.settings["database_url"]
    await sandbox.create_database()
    await ensure_roles(url, [SAMPLE.name], secret=SECRET)
    async with _held_up(sandbox, by="tables_out_of_date") as starting:
        # The connection that it has asked on so far.
        ended = "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'sample'"
        await _as_administrator(sandbox, ended + """ and '"' || datname || '"' = '{}'""")
        await migrate([SAMPLE], admin_url=url, secret=SECRET)
        await asyncio.wait_for(starting, 60)


async def test_it_does_nothing_while_nobody_can_tell_what_its_tables_are(sandbox: Sandbox) -> None:
    url = sandbox.settings["database_url"]
    await sandbox.create_database()
    await migrate([SAMPLE], admin_url=url, secret=SECRET)
    await _as_administrator(sandbox, "alter database {} allow_connections false")
    async with _held_up(sandbox, by="tables_not_known") as starting:
        await _as_administrator(sandbox, "alter database {} allow_connections true")
        await asyncio.wait_for(starting, 60)


async def test_it_does_nothing_with_tables_that_are_too_new_for_it(sandbox: Sandbox) -> None:
    await sandbox.create_database()
    await migrate([SAMPLE], admin_url=sandbox.settings["database_url"], secret=SECRET)
    connection = await asyncpg.connect(
        role_url(sandbox.settings["database_url"], SAMPLE.name, secret=SECRET), timeout=20
    )
    try:
        await connection.execute("update alembic_version set version_num = '0009'", timeout=20)
        await connection.execute("comment on table alembic_version is '0005'", timeout=20)
        async with _held_up(sandbox, by="tables_too_new") as starting:
            await connection.execute("comment on table alembic_version is ''", timeout=20)
            await asyncio.wait_for(starting, 60)
    finally:
        await connection.close(timeout=5)


async def _as_administrator(sandbox: Sandbox, statement: str) -> None:
    """From another database of the same server."""
    url = make_url(sandbox.settings["database_url"])
    elsewhere = url.set(drivername="postgresql", database="postgres").render_as_string(hide_password=False)
    connection = await asyncpg.connect(elsewhere, timeout=20)
    try:
        await connection.execute(statement.format(f'"{url.database}"'), timeout=20)
    finally:
        await connection.close(timeout=5)
