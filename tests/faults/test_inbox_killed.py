"""The service that writes inboxes is killed in the middle of many requests that it handles together."""

from pathlib import Path

import asyncpg
import pytest
from sqlalchemy.engine import make_url

from medianest.testing import Sandbox, eventually, free_port
from medianest_common.contracts.identity import Role
from medianest_common.contracts.media import RequestStatus
from medianest_common.testing.fake_overseerr import FakeOverseerr
from medianest_notifications.service import SERVICE
from services.notifications.tests.household import Person, request_event
from tests.faults.replicas import ROOT, Replica, environment

_MANY = 150
_KNOWN = "select 1 from notifications.recipients where user_id = $1"
_WAITS = """
    select 1 from pg_stat_activity
     where datname = current_database() and wait_event in ('transactionid', 'tuple')
"""
_ENTRIES = "select count(*) from notifications.entries"
_INBOX = "select seq, data->>'title' as title from notifications.entries where user_id = $1 order by seq"


@pytest.mark.timeout(600)
async def test_killed_before_its_commit_and_after_it_each_request_is_told_once(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    boss, ada = Person(sandbox, "Grace", Role.ADMIN), Person(sandbox, "Ada")
    await sandbox.start(SERVICE)
    dsn = make_url(sandbox.settings["database_url"]).set(drivername="postgresql")
    connection, other = [
        await asyncpg.connect(dsn.render_as_string(hide_password=False), timeout=30) for _ in range(2)
    ]

    async def found(sql: str, *values: object, least: int = 1) -> bool:
        # Within one transaction PostgreSQL always tells the same of who waits.
        return int(await other.fetchval(sql, *values, timeout=30) or 0) >= least

    await boss.introduce()
    await eventually(lambda: found(_KNOWN, boss.id))
    await sandbox.stop("notifications")
    titles = [f"Film {number}" for number in range(_MANY)]
    for title in titles:
        await sandbox.emit(request_event(ada, RequestStatus.PENDING, version=1, title=title))

    async with FakeOverseerr.start() as overseerr:
        settings = environment(sandbox.settings, overseerr, tmp_path, seeds=sandbox.urls.nats_seeds_dir)
        replica = Replica(ROOT, free_port(), settings, tmp_path / "notifications.log")
        try:
            await connection.execute("insert into notifications.heads values ($1, 0, 0)", boss.id)
            async with connection.transaction():
                await connection.execute("select 1 from notifications.heads for update", timeout=30)
                await replica.start("notifications")
                await eventually(lambda: found(_WAITS), within=60)
                await replica.kill()
            assert await connection.fetchval(_ENTRIES, timeout=30) == 0
            # What it was given and did not acknowledge is given to it again after half a minute.
            await replica.start("notifications")
            await eventually(lambda: found(_ENTRIES), within=120)
            await replica.kill()
            await replica.start("notifications")
            await eventually(lambda: found(_ENTRIES, least=_MANY), within=120)
            replica.was_refused_nothing()
        finally:
            await replica.stop()
    rows = await connection.fetch(_INBOX, boss.id, timeout=30)
    assert [row["seq"] for row in rows] == list(range(1, _MANY + 1))
    assert sorted(row["title"] for row in rows) == sorted(titles)
    unread = "select unread from notifications.heads where user_id = $1"
    assert await connection.fetchval(unread, boss.id, timeout=30) == _MANY
    await connection.close(timeout=30)
    await other.close(timeout=30)
