"""Replicas announce themselves; one that vanishes is seen."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import text

from medianest.testing import Sandbox, eventually
from medianest_common.contracts.health.inside import ListRecoveries, ListReplicas, Recovery, RecoveryKind
from medianest_common.contracts.identity import Role
from medianest_common.contracts.platform import Announcement, Presence
from medianest_common.errors import RemoteError
from medianest_common.testing.shifted_clock import ShiftedClock
from medianest_health.repository.replicas import missed
from medianest_health.service import SERVICE
from medianest_health.use_cases.keep_roster import keep_roster
from services.health.tests.household import Household

_PROGRAM = Path(__file__).with_name("replica.py")


@asynccontextmanager
async def replica(sandbox: Sandbox, name: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """A real process, up and announced."""
    urls = {
        f"MEDIANEST_{key.upper()}": str(sandbox.settings[key])
        for key in ("nats_url", "valkey_url", "database_url", "data_dir", "secret_key")
    }
    plain = {key: value for key, value in os.environ.items() if not key.startswith("MEDIANEST_")}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, str(_PROGRAM), name),
        env=plain | urls,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        assert process.stdout
        assert await asyncio.wait_for(process.stdout.readline(), 60) == b"up\n"
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def recoveries(sandbox: Sandbox) -> list[Recovery]:
    with sandbox.as_user(role=Role.ADMIN):
        return (await sandbox.bus.call(ListRecoveries(limit=100), timeout=30)).items


async def kinds(sandbox: Sandbox, service: str) -> list[RecoveryKind]:
    return [each.kind for each in await recoveries(sandbox) if each.service == service]


async def has(look: Callable[[], Awaitable[str | None]], wanted: str) -> bool:
    found = await look()
    assert found == wanted, found
    return True


async def all_heard_since_the_last_came(sandbox: Sandbox, count: int) -> bool:
    with sandbox.as_user(role=Role.ADMIN):
        known = (await sandbox.bus.call(ListReplicas(), timeout=30)).replicas
    mine = [each for each in known if each.service == "youtube"]
    assert len(mine) == count, mine
    came = max(each.started_at for each in mine) + timedelta(seconds=1)
    return min(each.last_seen_at for each in mine) > came


@pytest.mark.long
@pytest.mark.timeout(400)
async def test_a_killed_replica_is_seen_within_twenty_seconds_and_one_that_leaves_is_no_alarm(
    sandbox: Sandbox, clock: ShiftedClock
) -> None:
    await sandbox.start(SERVICE, health_probe_seconds=2, health_jitter_seconds=0)
    home = Household(sandbox, clock)

    async def said() -> str | None:
        for each in await home.monitors():
            if each.name == "MediaNest youtube":
                return f"{each.status}: {each.message or 'fine'}"
        return None

    async with AsyncExitStack() as stack:
        killed, stopped, leaving, _ = [
            await stack.enter_async_context(replica(sandbox, "youtube")) for _ in range(4)
        ]
        await eventually(lambda: has(said, "up: fine"))
        # Else one of them would pass for having come in place of the one that goes.
        await eventually(lambda: all_heard_since_the_last_came(sandbox, 4))
        leaving.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(leaving.wait(), 30) == 0
        killed.kill()
        began = time.monotonic()

        async def gone() -> bool:
            return RecoveryKind.REPLICA_VANISHED in await kinds(sandbox, "youtube")

        await eventually(gone)
        assert time.monotonic() - began < 20
        await eventually(lambda: has(said, "degraded: 1 of 3 replicas has vanished"))

        stopped.send_signal(signal.SIGSTOP)
        await eventually(lambda: has(said, "degraded: 2 of 3 replicas have vanished"), within=90)
        stopped.send_signal(signal.SIGCONT)
        await eventually(lambda: has(said, "degraded: 1 of 3 replicas has vanished"), within=90)

        await stack.enter_async_context(replica(sandbox, "youtube"))
        await eventually(lambda: has(said, "up: fine"), within=90)
        assert list(reversed(await kinds(sandbox, "youtube"))) == [
            RecoveryKind.REPLICA_VANISHED,
            RecoveryKind.REPLICA_VANISHED,
            RecoveryKind.REPLICA_RETURNED,
            RecoveryKind.REPLICA_REPLACED,
        ]


class Wireless:
    """Replicas that are only heard of, in a time that the test moves on."""

    def __init__(self, home: Household) -> None:
        self.home = home
        self.there = ["box-1-a", "box-2-b"]

    def say(self, instance: str, presence: Presence = Presence.PRESENT) -> None:
        said = Announcement(
            service="media",
            instance=instance,
            version="1",
            started_at=self.home.clock.now(),
            presence=presence,
        )
        self.home.app.roster.hear(said)

    async def passes(self, seconds: int) -> None:
        for _ in range(seconds // 5):
            self.home.clock.advance(5)
            for instance in self.there:
                self.say(instance)
            # The real one speaks in real time, which is too seldom here.
            for heard in self.home.app.roster.heard().values():
                if heard.announcement.service == "health":
                    self.home.app.roster.hear(heard.announcement)
            await keep_roster(self.home.app)

    async def missed(self) -> int:
        async with self.home.app.db.read() as connection:
            return await missed(connection, "media")


@pytest.fixture
async def wireless(home: Household) -> Wireless:
    wireless = Wireless(home)
    await wireless.passes(10)
    return wireless


async def test_what_vanishes_is_missed_until_another_comes(wireless: Wireless) -> None:
    wireless.there.remove("box-1-a")
    await wireless.passes(30)
    assert await wireless.missed() == 1
    shown = {"service": "media", "state": "missed"}
    assert REGISTRY.get_sample_value("medianest_replicas", shown) == 1
    wireless.there.append("box-3-c")
    await wireless.passes(10)
    assert await wireless.missed() == 0
    told = [each for each in await recoveries(wireless.home.sandbox) if each.service == "media"]
    assert [(each.kind, each.instance) for each in told] == [
        (RecoveryKind.REPLICA_REPLACED, "box-1-a"),
        (RecoveryKind.REPLICA_VANISHED, "box-1-a"),
    ]


async def test_whatever_two_of_ours_judge_is_told_once(wireless: Wireless) -> None:
    wireless.there.remove("box-1-a")
    await wireless.passes(10)
    for _ in range(2):
        wireless.home.clock.advance(5)
        wireless.say("box-2-b")
    await asyncio.gather(*(keep_roster(wireless.home.app) for _ in range(4)))
    assert (await kinds(wireless.home.sandbox, "media")).count(RecoveryKind.REPLICA_VANISHED) == 1


async def test_a_service_whose_replica_vanished_is_looked_at_at_once(wireless: Wireless) -> None:
    home = wireless.home
    future = home.clock.now() + timedelta(days=1)
    async with home.app.db.transaction() as tx:
        await tx.session.execute(text("update schedules set due_at = :at"), {"at": future})
    wireless.there.remove("box-1-a")
    await wireless.passes(30)
    async with home.app.db.read() as connection:
        due = await connection.execute(
            text("select m.key from schedules s join monitors m on m.id = s.monitor_id where s.due_at < :at"),
            {"at": future},
        )
    assert due.scalars().all() == ["service:media"]


async def test_only_administrators_are_told_of_replicas(wireless: Wireless) -> None:
    sandbox = wireless.home.sandbox
    with sandbox.as_user(role=Role.ADMIN):
        known = (await sandbox.bus.call(ListReplicas(), timeout=30)).replicas
    assert {each.instance for each in known if each.service == "media"} == {"box-1-a", "box-2-b"}
    for message in (ListReplicas(), ListRecoveries()):
        with sandbox.as_user(), pytest.raises(RemoteError) as refused:
            await sandbox.bus.call(message, timeout=30)
        assert refused.value.code == "FORBIDDEN"
