"""Two of everything, of which one after the other is killed while people work."""

import random
from collections import Counter
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest

from medianest import registry
from medianest.testing import Sandbox, eventually, free_port
from medianest_common.db.migrate import with_tables
from medianest_common.testing.fake_overseerr import FakeOverseerr
from tests.faults.replicas import ROOT, Replica, all_filed_once, busy, environment, more, release, set_up

KILLS = 4
LEADERS = """
select count(*), count(distinct objid) from pg_locks
where locktype = 'advisory' and classid = 7316 and objsubid = 2 and granted and objid > 1
  and database = (select oid from pg_database where datname = current_database())
"""


@pytest.mark.long
@pytest.mark.timeout(1200)
async def test_whichever_is_killed_the_other_goes_on_and_nothing_is_done_or_told_twice(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    await sandbox.create_database()
    chance = random.Random(1)
    async with AsyncExitStack() as stack:
        overseerr = await stack.enter_async_context(FakeOverseerr.start())
        release(overseerr)
        settings = environment(sandbox.settings, overseerr, tmp_path, seeds=sandbox.urls.nats_seeds_dir)
        replicas = [Replica(ROOT, free_port(), settings, tmp_path / f"{name}.log") for name in ("one", "two")]
        for replica in replicas:
            stack.push_async_callback(replica.stop)
            await replica.start()
        owner = await stack.enter_async_context(httpx.AsyncClient(timeout=60))
        await set_up(owner, replicas[0].address)
        async with busy(owner, [replica.address for replica in replicas]) as answers:
            for _ in range(KILLS):
                await more(answers, chance.randint(10, 40))
                killed = chance.choice(replicas)
                await killed.kill()
                await more(answers, chance.randint(10, 40))
                await killed.start()
        # What died with its answer half written is asked for again, and stands for what was made by then.
        assert set(answers) <= {200, 201, 409}, answers
        await all_filed_once(overseerr, answers[201])
        await eventually(lambda: _one_leads_each(sandbox), within=60)

        inbox = await _inbox(owner, replicas[0].address)
        assert len({each["seq"] for each in inbox}) == len(inbox)
        told = Counter((each["type"], str(sorted(each["data"].items()))) for each in inbox)
        assert [what for what, times in told.items() if times > 1] == []
        for replica in replicas:
            replica.was_refused_nothing()


async def _inbox(owner: httpx.AsyncClient, door: str) -> list[dict[str, Any]]:
    found, cursor = [], ""
    while True:
        page = (await owner.get(f"{door}/notifications?limit=100{cursor}")).raise_for_status().json()
        found += page["items"]
        if not page["nextCursor"]:
            return found
        cursor = f"&cursor={page['nextCursor']}"


async def _one_leads_each(sandbox: Sandbox) -> bool:
    connection = await asyncpg.connect(sandbox.settings["database_url"], timeout=20)
    try:
        locks, services = await connection.fetchrow(LEADERS, timeout=20)
    finally:
        await connection.close(timeout=5)
    return bool(locks == services == len(with_tables(registry.services())))
