"""What reports by itself: a cron job, a script, a backup."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from medianest.testing import Sandbox
from medianest_common.contracts.health import MonitorStatus, managing
from medianest_common.contracts.health.managing import (
    CreateMonitor,
    GetMonitor,
    Heartbeat,
    MonitorMade,
    PauseMonitor,
    RecordHeartbeat,
    RenewPushToken,
)
from services.health.tests.household import Household
from services.health.tests.test_managing import ask, decided, refused

type Push = Callable[..., Awaitable[None]]


@pytest.fixture
async def backup(home: Household) -> MonitorMade:
    spec: dict[str, Any] = {"kind": "push", "grace_seconds": 60}
    return await ask(home, CreateMonitor(decisions=decided("Backup", interval_seconds=60), spec=spec))


async def push(home: Household, made: MonitorMade, status: Heartbeat = Heartbeat.UP, **said: Any) -> None:
    assert made.push_token
    values = {"message": None, "latency_ms": None, **said}
    await ask(home, RecordHeartbeat(token=made.push_token, status=status, **values))


async def status(home: Household, made: MonitorMade) -> MonitorStatus:
    return await ask(home, GetMonitor(id=made.monitor.id))


async def test_it_is_up_as_long_as_it_reports_and_down_once_it_is_overdue(
    home: Household, backup: MonitorMade
) -> None:
    await home.rounds(1, apart=20)
    assert (await status(home, backup)).status in ("pending", "unknown")
    await push(home, backup, message="14 GB", latency_ms=1500.0)
    await home.look()
    now = await status(home, backup)
    assert (now.status, now.message, now.latency_ms) == ("up", "14 GB", 1500.0)
    await home.rounds(5, apart=20)
    assert (await status(home, backup)).status == "up", "the grace is not over"
    await home.rounds(2, apart=20)
    assert (await status(home, backup)).status == "down"
    await push(home, backup)
    await home.look()
    assert (await status(home, backup)).status == "up"


async def test_the_clock_of_another_replica_that_is_ahead_hides_no_report(
    home: Household, backup: MonitorMade
) -> None:
    home.clock.advance(45)
    await push(home, backup)
    home.clock.advance(-45)
    await push(home, backup, Heartbeat.DOWN, message="The disk is full.")
    await home.look()
    now = await status(home, backup)
    assert (now.status, now.message) == ("down", "The disk is full.")


async def test_it_may_say_itself_that_something_is_wrong(home: Household, backup: MonitorMade) -> None:
    await push(home, backup)
    await home.rounds(1)
    await push(home, backup, Heartbeat.DOWN, message="The disk is full.")
    await home.rounds(1, apart=1)
    now = await status(home, backup)
    assert (now.status, now.message) == ("down", "The disk is full.")


async def test_kuma_1747_a_push_that_comes_in_the_tick_in_which_it_is_overdue_wins(
    home: Household, backup: MonitorMade
) -> None:
    """louislam/uptime-kuma#1747: down and up in the same second."""
    await push(home, backup)
    await home.look()
    home.clock.advance(125)
    async with home.app.db.transaction() as tx:
        due = home.clock.now() - timedelta(seconds=1.6)
        await tx.session.execute(text("update schedules set due_at = :due"), {"due": due})
    prober = home.probers[-1]
    await prober.turn()
    await prober.settled()
    await push(home, backup)
    await prober.store()
    assert (await status(home, backup)).status == "up"
    async with home.app.db.read() as connection:
        outcomes = text("select distinct outcome from results where monitor_id = :id")
        found = (await connection.execute(outcomes, {"id": backup.monitor.id})).scalars().all()
    assert "down" not in found


async def test_kuma_6866_a_restart_does_not_put_the_deadline_off(
    home: Household, sandbox: Sandbox, backup: MonitorMade
) -> None:
    """louislam/uptime-kuma#6866: restarted more often than it is due, it never went down."""
    await push(home, backup)
    for _ in range(4):
        home.clock.advance(40)
        await sandbox.stop("health")
        await home.start(**home.settings)
    assert (await status(home, backup)).status == "down"


async def test_what_is_reported_while_nobody_looks_is_not_lost(home: Household, backup: MonitorMade) -> None:
    """The household's prober looks only when it is told to."""
    await push(home, backup)
    await home.look()
    home.clock.advance(3600)
    await push(home, backup, message="after an hour")
    await home.look()
    assert (await status(home, backup)).message == "after an hour"


async def test_what_could_not_be_heard_while_everything_slept_is_waited_for_and_then_missed(
    home: Household, backup: MonitorMade
) -> None:
    """A laptop that was closed for a night has heard nobody, which is nobody's fault but its own."""
    await push(home, backup)
    await home.look()
    home.clock.advance(8 * 3600)
    await home.look()
    assert (await status(home, backup)).status == "unknown"
    await home.rounds(5, apart=20)
    assert (await status(home, backup)).status == "unknown", "one heartbeat and the grace are not over"
    await home.rounds(2, apart=20)
    assert (await status(home, backup)).status == "down"


async def test_many_reports_at_once_are_one_heartbeat(home: Household, backup: MonitorMade) -> None:
    await asyncio.gather(*(push(home, backup, message=f"{n}") for n in range(20)))
    await home.look()
    assert (await status(home, backup)).status == "up"


async def test_what_reports_while_it_is_paused_is_not_overdue_once_it_is_resumed(
    home: Household, backup: MonitorMade
) -> None:
    await push(home, backup)
    await ask(home, PauseMonitor(id=backup.monitor.id, paused=True))
    home.clock.advance(3600)
    await push(home, backup)
    await home.look()
    assert (await status(home, backup)).message == "It is paused."
    await ask(home, PauseMonitor(id=backup.monitor.id, paused=False))
    await home.look()
    assert (await status(home, backup)).status == "up"


async def test_nothing_reports_with_another_token_or_with_one_from_before(
    home: Household, backup: MonitorMade
) -> None:
    renewed = await ask(home, RenewPushToken(id=backup.monitor.id))
    for token in ("", "mnh_nonsense", backup.push_token, renewed.monitor.name, "x" * 500):
        with refused("PUSH_TOKEN_UNKNOWN"):
            message = RecordHeartbeat(token=str(token), status=Heartbeat.UP, message=None, latency_ms=None)
            await ask(home, message)
    await push(home, renewed)
    async with home.app.db.read() as connection:
        rows = (await connection.execute(text("select * from monitors"))).mappings().all()
    assert not [row for row in rows if str(renewed.push_token) in str(dict(row))]


async def test_a_look_that_is_asked_for_is_one_now(home: Household) -> None:
    plex = next(each for each in await home.monitors() if each.name == "Plex")
    home.clock.advance(5)
    asking = asyncio.create_task(ask(home, managing.CheckMonitor(id=plex.id)))

    async def looked() -> managing.Checked:
        while not asking.done():
            await home.probers[-1].turn()
            await home.probers[-1].settled()
            await home.probers[-1].store()
            await asyncio.sleep(0.05)
        return await asking

    report = (await looked()).report
    assert report is not None and report.status == "up" and report.latency_ms is not None
    await ask(home, PauseMonitor(id=plex.id, paused=True))
    with refused("MONITOR_PAUSED"):
        await ask(home, managing.CheckMonitor(id=plex.id))


async def test_what_would_be_found_is_known_before_it_is_saved(home: Household) -> None:
    plex = str(home.settings["plex_url"])
    spec: dict[str, Any] = {"kind": "plex", "url": plex}
    report = await ask(home, managing.TryMonitor(spec=spec, timeout_seconds=10))
    assert report.status == "up"
    port = int(plex.rpartition(":")[2])
    report = await ask(
        home, managing.TryMonitor(spec={"kind": "tcp", "host": "127.0.0.1", "port": port}, timeout_seconds=10)
    )
    assert report.status == "up", report
    report = await ask(
        home, managing.TryMonitor(spec={"kind": "tcp", "host": "127.0.0.1", "port": 1}, timeout_seconds=10)
    )
    assert report.status == "down"
    with refused("INVALID"):
        await ask(home, managing.TryMonitor(spec={"kind": "push"}, timeout_seconds=10))
