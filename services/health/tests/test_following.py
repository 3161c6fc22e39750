"""What comes of an incident: reminders, dependencies, flapping, pauses, and nothing twice."""

import asyncio
import json
from datetime import timedelta
from typing import Any

from sqlalchemy import text

from medianest.testing import eventually
from medianest_common.contracts.health import MONITOR_CHANGED, MonitorState
from medianest_common.contracts.health.managing import PauseMonitor
from medianest_common.contracts.notifications import PUSH_ADMINS, PUSH_ALL
from medianest_common.testing.fake_overseerr import FakeOverseerr
from medianest_common.testing.fake_plex import FakePlex
from medianest_health.surroundings import Surroundings
from medianest_health.use_cases.look_around import look_around
from services.health.tests.household import Household
from services.health.tests.listening import Told


async def rows(home: Household, statement: str, **values: Any) -> list[Any]:
    async with home.app.db.transaction() as tx:
        return list((await tx.session.execute(text(statement), values)).all())


async def change(home: Household, statement: str, **values: Any) -> None:
    async with home.app.db.transaction() as tx:
        await tx.session.execute(text(statement), values)


async def bind(home: Household, name: str, *, to: str) -> None:
    """`name` depends on `to`."""
    await change(
        home,
        "insert into dependencies select a.id, b.id from monitors a, monitors b where a.name = :a and b.name = :b",
        a=name,
        b=to,
    )


async def incidents(home: Household, name: str) -> list[Any]:
    return await rows(
        home,
        "select i.* from incidents i join monitors m on m.id = i.monitor_id where m.name = :name order by opened_at",
        name=name,
    )


async def test_reminders_come_by_the_clock_once_each_and_only_where_they_are_asked_for(
    home: Household, plex: FakePlex, overseerr: FakeOverseerr, told: Told
) -> None:
    await change(home, "update monitors set reminder_seconds = 600 where name = 'Plex'")
    plex.server.fail_with("refuse")
    overseerr.fail_with("refuse")
    await home.rounds(2)
    for _ in range(3):
        await home.rounds(apart=590)
        await home.rounds(2)
    assert await told.of("Plex", 4) == ["MonitorWentDown", *["MonitorStillDown"] * 3]
    down, *reminders = told.events
    assert {each.incident_id for each in reminders} == {down.incident_id}
    assert {each.since for each in reminders} == {down.since}
    await home.sandbox.stop("health")
    home.clock.advance(6 * 3600)
    await home.start(**home.settings)
    await home.rounds()
    plex.server.heal()
    await home.rounds(2)
    assert (await told.of("Plex", 6))[4:] == ["MonitorStillDown", "MonitorRecovered"], (
        "missed ones are not made up for"
    )
    assert await told.of("Overseerr", 1) == ["MonitorWentDown"]


async def test_what_a_dead_box_takes_with_it_is_one_alert(
    home: Household, plex: FakePlex, overseerr: FakeOverseerr, told: Told
) -> None:
    await bind(home, "Overseerr", to="Plex")
    plex.server.fail_with("refuse")
    overseerr.fail_with("refuse")
    await home.rounds(5)
    blocked = await home.monitor("Overseerr")
    assert (blocked.status, blocked.blocked_by) == (MonitorState.UNKNOWN, "Plex")
    assert await incidents(home, "Overseerr") == []

    plex.server.heal()
    await home.rounds(2)
    await look_around(home.app)
    await home.due()
    assert (await home.monitor("Overseerr")).blocked_by is None
    assert await told.of("Plex", 2) == ["MonitorWentDown", "MonitorRecovered"]
    assert await told.of("Overseerr", 1) == ["MonitorWentDown"]
    assert told.events[0].since >= (await told.of("Plex", 2) and told.events[1].at)
    [incident] = await incidents(home, "Overseerr")
    assert incident.closed_at is None


async def test_what_goes_down_first_waits_for_what_it_depends_on(
    home: Household, plex: FakePlex, overseerr: FakeOverseerr, told: Told
) -> None:
    await bind(home, "Overseerr", to="Plex")
    await change(home, "update monitors set failures = 1, out_of = 1 where name = 'Overseerr'")
    plex.server.fail_with("refuse")
    overseerr.fail_with("refuse")
    await home.rounds(1)
    assert await home.state("Overseerr") is MonitorState.PENDING, "Plex has failed once"
    await home.rounds(1)
    await look_around(home.app)
    await home.due()
    assert await home.state("Overseerr") is MonitorState.UNKNOWN
    assert await incidents(home, "Overseerr") == []
    plex.server.heal()
    overseerr.heal()
    await home.rounds(3)
    assert await home.state("Overseerr") is MonitorState.UP
    assert await told.of("Plex", 2) == ["MonitorWentDown", "MonitorRecovered"]
    assert await told.of("Overseerr", 0) == []


async def test_what_fails_alone_is_told_as_soon_as_the_box_was_seen_to_be_well(
    home: Household, overseerr: FakeOverseerr, told: Told
) -> None:
    await bind(home, "Overseerr", to="Plex")
    await change(home, "update monitors set interval_seconds = 3600 where name = 'Plex'")
    await home.rounds()
    overseerr.fail_with("refuse")
    for _ in range(3):
        home.clock.advance(20)
        await home.due()
    assert await home.state("Overseerr") is MonitorState.PENDING
    await look_around(home.app)
    await home.due()
    home.clock.advance(1)
    await look_around(home.app)
    await home.due()
    assert await home.state("Overseerr") is MonitorState.DOWN
    assert await told.of("Overseerr", 1) == ["MonitorWentDown"]


async def test_what_nobody_can_tell_of_the_box_keeps_nothing_in_doubt(home: Household) -> None:
    await bind(home, "Overseerr", to="Plex")
    monitor_id = (await home.monitor("Overseerr")).id
    now = home.clock.now()
    for verdict, last_check_at, in_doubt in (
        ("up", now, True),
        ("unknown", now, False),
        ("up", now - timedelta(minutes=10), False),
    ):
        await change(
            home,
            "update standings s set verdict = :verdict, recent = '+-', last_check_at = :at from monitors m"
            " where m.id = s.monitor_id and m.name = 'Plex'",
            verdict=verdict,
            at=last_check_at,
        )
        async with home.app.db.transaction() as tx:
            found = await Surroundings.of(tx.session, [monitor_id], at=now)
        assert found.around(monitor_id, before=None, at=now).in_doubt is in_doubt


async def test_a_circle_that_came_into_the_table_stops_nothing(
    home: Household, plex: FakePlex, overseerr: FakeOverseerr, told: Told
) -> None:
    await bind(home, "Overseerr", to="Plex")
    await bind(home, "Plex", to="Overseerr")
    await bind(home, "Plex", to="Plex")
    await home.rounds(2)
    assert {await home.state("Plex"), await home.state("Overseerr")} == {MonitorState.UP}


async def test_what_is_paused_is_over_and_is_told_to_be_watched_no_more_and_not_to_be_well(
    home: Household, plex: FakePlex, told: Told
) -> None:
    plex.server.fail_with("refuse")
    await home.rounds(2)
    monitor = await home.monitor("Plex")
    with home.sandbox.as_user(role="admin"):  # type: ignore[arg-type]
        await home.sandbox.bus.call(PauseMonitor(id=monitor.id, paused=True), timeout=30)
    await look_around(home.app)
    [incident] = await incidents(home, "Plex")
    assert incident.closed_at is not None
    plex.server.heal()
    with home.sandbox.as_user(role="admin"):  # type: ignore[arg-type]
        await home.sandbox.bus.call(PauseMonitor(id=monitor.id, paused=False), timeout=30)
    await home.rounds(3)
    assert await told.of("Plex", 2) == ["MonitorWentDown", "MonitorUnwatched"]
    assert (await rows(home, "select what from incident_turns order by at, id"))[-1].what == "unknown"


async def test_nagios_91_that_it_stays_down_after_it_flapped_is_told(
    home: Household, plex: FakePlex, told: Told
) -> None:
    await change(home, "update monitors set failures = 1, out_of = 1, successes = 1 where name = 'Plex'")
    for _ in range(3):
        plex.server.fail_with("refuse")
        await home.rounds()
        plex.server.heal()
        await home.rounds()
    assert await home.state("Plex") is MonitorState.FLAPPING
    assert await told.of("Plex", 2) == ["MonitorWentDown", "MonitorRecovered"], "two in half an hour"
    plex.server.fail_with("refuse")
    await home.rounds(2)
    await home.rounds(apart=580)
    await home.rounds(2)
    assert await home.state("Plex") is MonitorState.DOWN
    assert await told.of("Plex", 3) == ["MonitorWentDown", "MonitorRecovered", "MonitorWentDown"]
    plex.server.heal()
    await home.rounds(3)
    [first, second] = await incidents(home, "Plex")
    assert (first.times, second.times) == (1, 3)
    turns = await rows(
        home, "select what from incident_turns where incident_id = :id order by at, id", id=second.id
    )
    assert [turn.what for turn in turns] == ["down", "flapping", "down"]


async def test_a_second_short_outage_is_told_once_it_has_been_over_for_a_while(
    home: Household, plex: FakePlex, told: Told
) -> None:
    """Uptime Kuma 4792: what is told to be over was not told before, so it is told as what was."""
    for _ in range(2):
        plex.server.fail_with("refuse")
        await home.rounds(3)
        plex.server.heal()
        await home.rounds(3)
    assert await told.of("Plex", 2) == ["MonitorWentDown", "MonitorRecovered"]
    await home.rounds(apart=600)
    await home.rounds(2)
    assert await told.of("Plex", 3) == ["MonitorWentDown", "MonitorRecovered", "MonitorRecovered"]
    again = told.events[2]
    assert (again.worst, again.times) == (MonitorState.DOWN, 1)
    assert timedelta(seconds=30) < again.at - again.since < timedelta(seconds=70)


async def test_two_replicas_that_store_the_same_turn_tell_it_once(
    home: Household, plex: FakePlex, told: Told
) -> None:
    plex.server.fail_with("refuse")
    await home.rounds(1)
    home.clock.advance(20)
    await asyncio.gather(home.look(), home.look())
    await home.rounds(2)
    assert await told.of("Plex", 1) == ["MonitorWentDown"]
    assert len(await incidents(home, "Plex")) == 1


async def test_what_could_not_be_stored_is_told_once_when_the_next_look_is_stored(
    home: Household, plex: FakePlex, told: Told
) -> None:
    plex.server.fail_with("refuse")
    await home.rounds(1)
    await change(
        home, "alter table results add constraint broken check (at < now() - interval '100 years') not valid"
    )
    home.clock.advance(20)
    await home.look()
    assert await incidents(home, "Plex") == []
    await change(home, "alter table results drop constraint broken")
    await home.rounds(2)
    assert await told.of("Plex", 1) == ["MonitorWentDown"]


async def test_open_pages_see_what_is_blocked_and_what_flaps(
    home: Household, plex: FakePlex, overseerr: FakeOverseerr
) -> None:
    shown: list[tuple[str, str, str | None]] = []

    async def hear(message: Any) -> None:
        frame = json.loads(message.data)
        if frame.get("type") == MONITOR_CHANGED and "data" in frame:
            data = frame["data"]
            shown.append((data["name"], data["status"], data["blockedBy"]))

    for subject in (PUSH_ALL, PUSH_ADMINS):
        await home.sandbox.nats.subscribe(subject, cb=hear)
    await home.sandbox.nats.flush(timeout=5)
    await bind(home, "Overseerr", to="Plex")
    await change(home, "update monitors set failures = 1, out_of = 1 where name in ('Plex', 'Overseerr')")
    overseerr.fail_with("refuse")
    plex.server.fail_with("refuse")
    await home.rounds(2)
    for _ in range(3):
        plex.server.heal()
        await home.rounds()
        plex.server.fail_with("refuse")
        await home.rounds()

    async def seen() -> bool:
        return {("Overseerr", "unknown", "Plex"), ("Plex", "flapping", None)} <= set(shown)

    await eventually(seen)
    assert ("Overseerr", "down", None) not in shown
