"""What systems complain of is told together, in words that are still right, and not over and over in a night."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from medianest.testing import Sandbox, eventually
from medianest_common.contracts.health.webhooks import Level, WebhookSource
from medianest_common.db import Transaction
from medianest_common.testing.shifted_clock import ShiftedClock
from medianest_health.models import ComplaintRound
from medianest_health.repository.complaints import ComplaintRounds
from medianest_health.use_cases.tell_complaints import tell_complaints
from services.health.tests.household import Household
from services.health.tests.webhook_intake import Intake, listen, recorded

S = WebhookSource
DEAD = recorded(S.RADARR, "health_issue")
WELL = recorded(S.RADARR, "health_restored")


@pytest.fixture
async def intake(sandbox: Sandbox, clock: ShiftedClock) -> Intake:
    home = Household(sandbox, clock)
    await home.start(alone=True)
    return await listen(home)


def about(kind: str, level: str = "warning", message: str | None = None, **more: Any) -> dict[str, Any]:
    return DEAD | {"type": kind, "level": level, "message": message or f"{kind} is not well."} | more


def over(body: dict[str, Any]) -> dict[str, Any]:
    """As all of them do: with the level and the words that it had."""
    return body | {"eventType": "HealthRestored"}


async def said(intake: Intake) -> list[tuple[str, str, list[tuple[str, str]]]]:
    return [
        (type(each).__name__, each.instance, [(one.level.value, one.kind) for one in each.complaints])
        for each in await intake.all()
    ]


async def test_a_complaint_is_told_after_five_minutes_and_its_end_with_its_old_words(intake: Intake) -> None:
    """Sonarr#4262, Sonarr#5535: the end was never told. What comes restored carries the level and words of before."""
    await intake.tell(S.RADARR, DEAD)
    await intake.time_passes(4)
    assert await intake.all() == []
    await intake.time_passes(2)
    [complained] = await intake.all()
    assert [(one.level, one.message) for one in complained.complaints] == [(Level.WARNING, DEAD["message"])]
    await intake.time_passes(60)
    await intake.tell(S.RADARR, WELL)
    await intake.time_passes(20)
    _, recovered = await intake.all()
    assert type(recovered).__name__ == "SystemRecovered"
    assert [(one.level, one.message) for one in recovered.complaints] == [(Level.WARNING, DEAD["message"])]
    assert 60 <= (recovered.restored_at - recovered.since).total_seconds() / 60 <= 70


async def test_sonarr_4462_a_hundred_dead_indexers_in_five_minutes_are_one_message(intake: Intake) -> None:
    for number in range(20):
        await intake.tell(S.PROWLARR, about(f"Check{number}", instanceName="Prowlarr"))
        intake.home.clock.advance(10)
    await intake.tell(S.PROWLARR, about("Disk", "error", instanceName="Prowlarr"))
    await intake.time_passes(30)
    [complained] = await intake.all()
    assert len(complained.complaints) == 20
    assert complained.complaints[0].level is Level.ERROR


async def test_radarr_11617_a_night_of_dead_indexers_is_one_message_and_one_end(intake: Intake) -> None:
    """Dead and well again every few minutes for four hours, and each time with other names."""
    for turn in range(24):
        dead = about("IndexerStatusCheck", message=f"Indexers unavailable due to failures: Indexer {turn}")
        await intake.tell(S.RADARR, dead)
        await intake.time_passes(4 if turn else 6)
        await intake.tell(S.RADARR, over(dead))
        await intake.time_passes(6)
    await intake.time_passes(90)
    assert [name for name, *_ in await said(intake)] == ["SystemComplained", "SystemRecovered"]


async def test_what_comes_back_after_its_end_waits_an_hour_to_be_told(intake: Intake) -> None:
    """Half an hour dead and half an hour well, all night: not sixteen times."""
    for _ in range(8):
        await intake.tell(S.RADARR, DEAD)
        await intake.time_passes(30)
        await intake.tell(S.RADARR, WELL)
        await intake.time_passes(30)
    await intake.time_passes(120)
    names = [name for name, *_ in await said(intake)]
    assert names[:2] == ["SystemComplained", "SystemRecovered"]
    assert names[2:] in ([], ["SystemComplained", "SystemRecovered"])


async def test_what_is_over_within_five_minutes_is_not_told_at_all(intake: Intake) -> None:
    await intake.tell(S.RADARR, DEAD)
    await intake.time_passes(3)
    await intake.tell(S.RADARR, WELL)
    await intake.time_passes(60)
    assert await intake.all() == []
    await intake.tell(S.RADARR, DEAD)
    await intake.time_passes(6)
    assert [name for name, *_ in await said(intake)] == ["SystemComplained"]


async def test_what_is_dead_again_within_ten_minutes_is_no_duplicate(intake: Intake) -> None:
    await intake.tell(S.RADARR, DEAD)
    await intake.tell(S.RADARR, WELL)
    await intake.tell(S.RADARR, DEAD)
    await intake.time_passes(10)
    assert [name for name, *_ in await said(intake)] == ["SystemComplained"]


async def test_what_is_new_or_worse_is_told_while_the_rest_still_lasts(intake: Intake) -> None:
    await intake.tell(S.RADARR, about("Indexers"))
    await intake.time_passes(6)
    await intake.tell(S.RADARR, about("Disk"))
    await intake.time_passes(6)
    await intake.tell(S.RADARR, about("Disk", "error", message="Nothing is free."))
    await intake.time_passes(6)
    await intake.tell(S.RADARR, over(about("Disk", "error", message="Nothing is free.")))
    await intake.time_passes(60)
    assert await said(intake) == [
        ("SystemComplained", "Radarr", [("warning", "Indexers")]),
        ("SystemComplained", "Radarr", [("warning", "Indexers"), ("warning", "Disk")]),
        ("SystemComplained", "Radarr", [("error", "Disk"), ("warning", "Indexers")]),
    ]
    await intake.tell(S.RADARR, over(about("Indexers")))
    await intake.time_passes(30)
    assert (await said(intake))[-1] == (
        "SystemRecovered",
        "Radarr",
        [("error", "Disk"), ("warning", "Indexers")],
    )


async def test_other_words_within_ten_minutes_are_heard_whatever_was_said_before(intake: Intake) -> None:
    """What is restored may carry newer words than it began with, and then begin with the old ones again."""
    await intake.tell(S.RADARR, about("Indexers", message="A is dead."))
    await intake.tell(S.RADARR, over(about("Indexers", "ok", message="A and B are dead.")))
    await intake.tell(S.RADARR, about("Indexers", message="A is dead."))
    await intake.tell(S.RADARR, about("Indexers", "error", message="A is dead."))
    await intake.time_passes(10)
    assert await said(intake) == [("SystemComplained", "Radarr", [("error", "Indexers")])]


async def test_two_instances_are_told_apart(intake: Intake) -> None:
    await intake.tell(S.RADARR, DEAD)
    await intake.tell(S.RADARR, DEAD | {"instanceName": "Radarr 4K"})
    await intake.tell(S.SONARR, {key: value for key, value in DEAD.items() if key != "instanceName"})
    await intake.time_passes(10)
    assert sorted(instance for _, instance, _ in await said(intake)) == ["Radarr", "Radarr 4K", "Sonarr"]


async def test_what_is_below_the_level_is_not_told(sandbox: Sandbox, clock: ShiftedClock) -> None:
    home = Household(sandbox, clock)
    await home.start(alone=True, webhook_health_level="error")
    intake = await listen(home)
    await intake.tell(S.RADARR, DEAD)
    await intake.tell(S.RADARR, about("Update", "notice"))
    await intake.tell(S.RADARR, about("Disk", "error"))
    await intake.time_passes(10)
    await intake.tell(S.RADARR, WELL)
    await intake.time_passes(60)
    assert await said(intake) == [("SystemComplained", "Radarr", [("error", "Disk")])]


async def test_an_end_that_overtakes_its_beginning_is_the_end(intake: Intake) -> None:
    """Their order on the bus is not promised."""
    intake.home.clock.advance(60)
    await intake.tell(S.RADARR, WELL)
    await intake.tell(S.RADARR, DEAD, late=2)
    await intake.time_passes(60)
    assert await intake.all() == []


async def test_an_end_that_was_received_before_its_beginning_was_told_is_told_after_it(
    intake: Intake,
) -> None:
    """What waited on the bus for an hour: the receipt of the end lies before the moment at which the complaint is told,
    and of two that are told the later one holds."""
    received = intake.home.clock.now() - timedelta(minutes=30)
    await intake.tell(S.RADARR, DEAD, late=3600)
    await intake.time_passes(6)
    await intake.tell(S.RADARR, WELL, late=(intake.home.clock.now() - received).total_seconds())
    await intake.time_passes(60)
    complained, recovered = await intake.all()
    assert type(recovered).__name__ == "SystemRecovered"
    assert recovered.restored_at < complained.at < recovered.at
    assert abs(recovered.restored_at - received) < timedelta(minutes=1)


async def test_who_waits_for_a_round_that_is_taken_away_begins_another(intake: Intake) -> None:
    """What is over before it was worth a word takes its row with it, and somebody may be waiting for just that row."""
    database, first = intake.home.app.db, intake.home.clock.now()
    again = first + timedelta(minutes=1)
    waiting = text(
        "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
    )

    async def join(tx: Transaction, at: datetime) -> ComplaintRound:
        rounds = ComplaintRounds(tx.session)
        return await rounds.join(S.RADARR, "Radarr", at=at, due_at=first + timedelta(days=1))

    async def join_again() -> datetime:
        async with database.transaction() as tx:
            return (await join(tx, again)).opened_at

    async def somebody_waits() -> bool:
        async with database.read() as connection:
            return bool((await connection.execute(waiting)).scalar_one())

    async with database.transaction() as tx:
        await join(tx, first)
    async with database.transaction() as tx:
        held = await join(tx, first)
        other = asyncio.create_task(join_again())
        await eventually(somebody_waits)
        await tx.session.delete(held)
    assert await other == again


async def test_an_end_that_never_came_does_not_keep_the_next_from_being_told(intake: Intake) -> None:
    """They try once: whatever was lost is not told again."""
    await intake.tell(S.RADARR, DEAD)
    await intake.time_passes(6)
    intake.home.clock.advance(26 * 3600)
    await intake.tell(S.RADARR, DEAD)
    await intake.time_passes(6)
    assert [name for name, *_ in await said(intake)] == ["SystemComplained", "SystemComplained"]


async def test_two_replicas_tell_it_once(intake: Intake) -> None:
    for number in range(6):
        await intake.tell(S.RADARR, DEAD | {"instanceName": f"Radarr {number}"})
    intake.home.clock.advance(600)
    await asyncio.gather(*(tell_complaints(intake.home.app) for _ in range(4)))
    assert len(await intake.all()) == 6
