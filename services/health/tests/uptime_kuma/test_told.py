"""What Uptime Kuma tells by itself of what it watches."""

from itertools import count
from typing import Any

import pytest
from sqlalchemy import text

from medianest.testing import Sandbox
from medianest_common.contracts.health.managing import CreateMonitor, PauseMonitor
from medianest_common.contracts.health.webhooks import WebhookSource
from medianest_common.testing.fake_systems import FakeJellyfin
from medianest_common.testing.shifted_clock import ShiftedClock
from services.health.tests.household import Household
from services.health.tests.listening import listen as listen_to_monitors
from services.health.tests.test_managing import ask, decided
from services.health.tests.webhook_intake import Intake, listen, recorded

KUMA = WebhookSource.UPTIME_KUMA
DOWN, UP = recorded(KUMA, "webhook_push_down"), recorded(KUMA, "webhook_flap_up")


@pytest.fixture
async def intake(sandbox: Sandbox, clock: ShiftedClock) -> Intake:
    """Of a portal that watches nothing else."""
    home = Household(sandbox, clock)
    await home.start(alone=True)
    await home.probers[-1].match()
    async with home.app.db.transaction() as tx:
        await tx.session.execute(text("delete from monitors"))
    return await listen(home)


_beats = count()


def said(
    status: int, *, number: int = 7, name: str = "Backup job", message: str = "gone", **more: Any
) -> Any:
    heartbeat = {
        "monitorID": number,
        "status": status,
        "time": f"2026-11-25 03:20:{next(_beats):06}",
        "msg": message,
    }
    return {"heartbeat": heartbeat, "monitor": {"id": number, "name": name, "type": "push"} | more, "msg": ""}


async def test_what_is_not_known_here_has_a_monitor_that_says_so(intake: Intake) -> None:
    await intake.tell(KUMA, DOWN)
    await intake.home.look()
    down = await intake.home.monitor("Backup job")
    assert (down.status, down.message) == ("down", "No heartbeat in the time window")
    await intake.tell(KUMA, said(1))
    await intake.home.look()
    assert await intake.home.state("Backup job") == "up"
    assert len(await intake.home.monitors()) == 1


async def test_what_it_said_last_holds_however_long_it_says_nothing(intake: Intake) -> None:
    await intake.tell(KUMA, said(1))
    await intake.home.look()
    for _ in range(3):
        intake.home.clock.advance(7 * 3600)
        await intake.home.look()
    assert await intake.home.state("Backup job") == "up"
    await intake.tell(KUMA, said(0))
    await intake.home.look()
    intake.home.clock.advance(24 * 3600)
    await intake.home.look()
    assert await intake.home.state("Backup job") == "down"


async def test_two_kumas_that_number_alike_are_two_monitors(intake: Intake) -> None:
    await intake.tell(KUMA, said(0, name="NAS"))
    await intake.tell(KUMA, said(1, name="Router"))
    await intake.home.look()
    assert {each.name: each.status for each in await intake.home.monitors()} == {
        "NAS": "down",
        "Router": "up",
    }


async def test_a_late_word_does_not_undo_a_later_one(intake: Intake) -> None:
    await intake.tell(KUMA, said(1))
    await intake.tell(KUMA, said(0), late=5)
    await intake.home.look()
    assert await intake.home.state("Backup job") == "up"


async def test_groups_and_what_is_no_verdict_make_nothing(intake: Intake) -> None:
    await intake.tell(KUMA, recorded(KUMA, "webhook_group_down"))
    await intake.tell(KUMA, said(2))
    await intake.tell(KUMA, said(3))
    await intake.tell(
        KUMA, {"msg": "[Plex] certificate expires in 7 days", "monitor": None, "heartbeat": None}
    )
    assert await intake.home.monitors() == []
    assert await intake.kept() == []


async def test_uptime_kuma_3031_what_flaps_there_is_damped_here(intake: Intake) -> None:
    told = await listen_to_monitors(intake.home)
    for turn in range(8):
        await intake.tell(KUMA, said(turn % 2))
        await intake.home.look()
        intake.home.clock.advance(60)
    assert await intake.home.state("Backup job") == "flapping"
    for _ in range(6):
        intake.home.clock.advance(120)
        await intake.home.look()
    assert await intake.home.state("Backup job") == "up"
    assert len(await told.of("Backup job", 1)) <= 4


async def test_one_that_was_imported_and_is_looked_at_from_here_is_looked_at_now(intake: Intake) -> None:
    async with FakeJellyfin.start() as site:
        spec: dict[str, Any] = {"kind": "http", "url": f"{site.url}/health"}
        made = await ask(
            intake.home, CreateMonitor(decisions=decided("NAS", interval_seconds=3600), spec=spec)
        )
        async with intake.home.app.db.transaction() as tx:
            await tx.session.execute(
                text("update monitors set origin = 'imported', external_ref = 'kuma.example:3001:7'")
            )
        await intake.home.due()
        due = text("select due_at from schedules")
        async with intake.home.app.db.read() as connection:
            before = (await connection.execute(due)).scalar_one()
        assert before > intake.home.clock.now()
        await intake.tell(KUMA, said(0, name="NAS", type="http"))
        async with intake.home.app.db.read() as connection:
            assert (await connection.execute(due)).scalar_one() <= intake.home.clock.now()
        await intake.home.due()
        [monitor] = await intake.home.monitors()
        assert (monitor.id, monitor.status) == (made.monitor.id, "up"), "it can be reached from here"


@pytest.mark.parametrize("others", [[], ["Router"]])
async def test_one_that_was_imported_may_be_called_something_else_here(
    intake: Intake, others: list[str]
) -> None:
    """Of several with its number the one counts that is called so."""
    spec: dict[str, Any] = {"kind": "push"}
    mine = "Backup job" if others else "Every night"
    for name in (mine, *others):
        await ask(intake.home, CreateMonitor(decisions=decided(name, interval_seconds=60), spec=spec))
    async with intake.home.app.db.transaction() as tx:
        imported = text("update monitors set origin = 'imported', external_ref = key || cast(:ends as text)")
        await tx.session.execute(imported, {"ends": ":7"})
    await intake.tell(KUMA, said(0))
    await intake.home.look()
    assert {each.name: each.status == "down" for each in await intake.home.monitors()} == {
        mine: True,
        **dict.fromkeys(others, False),
    }


async def test_a_name_that_ends_like_a_number_is_not_the_number(intake: Intake) -> None:
    await intake.tell(KUMA, said(1, number=3, name="NAS:7"))
    await intake.tell(KUMA, said(0, number=7, name="Router"))
    await intake.home.look()
    assert {each.name: each.status for each in await intake.home.monitors()} == {
        "NAS:7": "up",
        "Router": "down",
    }


async def test_one_that_was_told_of_before_it_was_imported_does_not_stay_down_for_ever(
    intake: Intake,
) -> None:
    await intake.tell(KUMA, said(0, name="NAS"))
    await intake.home.look()
    spec: dict[str, Any] = {"kind": "push"}
    await ask(intake.home, CreateMonitor(decisions=decided("NAS", interval_seconds=60), spec=spec))
    async with intake.home.app.db.transaction() as tx:
        await tx.session.execute(
            text("update monitors set origin = 'imported', external_ref = 'kuma:7' where origin = 'manual'")
        )
    await intake.tell(KUMA, said(1, name="NAS"))
    await intake.home.look()
    assert [each.status for each in await intake.home.monitors()] == ["up", "up"]


async def test_one_that_is_paused_stays_so(intake: Intake) -> None:
    await intake.tell(KUMA, said(1))
    await intake.home.look()
    monitor = await intake.home.monitor("Backup job")
    await ask(intake.home, PauseMonitor(id=monitor.id, paused=True))
    await intake.tell(KUMA, said(0))
    await intake.home.look()
    [managed] = await intake.home.monitors()
    assert managed.status != "down"
