"""A backup and a migration wait for each other, and neither for ever."""

import asyncio

import asyncpg
import pytest

from libs.common.tests.sample import SAMPLE
from medianest.errors import BeingMade
from medianest.keeping.tables import databases
from medianest.testing import SECRET_KEY, Sandbox, eventually
from medianest_common.db.migrate import MIGRATING, migrate
from medianest_common.db.roles import role_url
from medianest_common.lifecycle import role_secret
from medianest_common.security.encryption import KeyRing


async def test_a_backup_that_waits_for_a_migration_lets_it_build_its_index(sandbox: Sandbox) -> None:
    secret = role_secret(KeyRing.parse(SECRET_KEY))
    await sandbox.create_database()
    await migrate([SAMPLE], admin_url=sandbox.settings["database_url"], secret=secret)
    url = role_url(sandbox.settings["database_url"], "sample", secret=secret)

    async def opened() -> None:
        async with databases({"sample": url}) as found:
            assert found.urls == {"sample": url}

    migrating = await asyncpg.connect(url, timeout=20)
    watching = await asyncpg.connect(url, timeout=20)
    backup = None
    try:
        await migrating.execute("select pg_advisory_lock($1, $2)", *MIGRATING, timeout=20)
        backup = asyncio.create_task(opened())

        async def there() -> bool:
            count = "select count(*) from pg_stat_activity where application_name = 'medianest-backup'"
            asked = " and datname = current_database() and query like '%advisory%'"
            return bool(await watching.fetchval(count + asked, timeout=20))

        await eventually(there, within=60)
        await migrating.execute("create index concurrently ix_beside on notes (text)", timeout=60)
        assert not backup.done()
        await migrating.close(timeout=5)
        await asyncio.wait_for(backup, 60)
    finally:
        await migrating.close(timeout=5)
        await watching.close(timeout=5)
        if backup:
            backup.cancel()


async def test_two_hosts_make_one_after_the_other(sandbox: Sandbox) -> None:
    """Each looks at its own folder, and both at one database."""
    secret = role_secret(KeyRing.parse(SECRET_KEY))
    await sandbox.create_database()
    await migrate([SAMPLE], admin_url=sandbox.settings["database_url"], secret=secret)
    urls = {"sample": role_url(sandbox.settings["database_url"], "sample", secret=secret)}
    async with databases(urls) as first:
        await first.claim()
        async with databases(urls) as second:
            with pytest.raises(BeingMade, match="Another backup is being made"):
                await second.claim()
    async with databases(urls) as later:
        await later.claim()


async def test_one_database_under_two_names_is_claimed_once(sandbox: Sandbox) -> None:
    secret = role_secret(KeyRing.parse(SECRET_KEY))
    await sandbox.create_database()
    await migrate([SAMPLE], admin_url=sandbox.settings["database_url"], secret=secret)
    url = role_url(sandbox.settings["database_url"], "sample", secret=secret)
    assert "@127.0.0.1:" in url
    async with databases({"sample": url, "again": url.replace("@127.0.0.1:", "@localhost:")}) as both:
        await both.claim()
        async with databases({"sample": url}) as other:
            with pytest.raises(BeingMade):
                await other.claim()
