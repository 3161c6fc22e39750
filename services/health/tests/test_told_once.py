"""However clocks, pauses and settings go: an outage is one incident, told when it begins and when it is over."""

from datetime import timedelta
from uuid import UUID

import pytest

from medianest_common.contracts.health import MonitorState
from medianest_common.contracts.health.managing import (
    BulkAction,
    ChangeManyMonitors,
    ChangeMonitor,
    CreateMonitor,
    Decisions,
    DeleteMonitor,
    GetManaged,
    PauseMonitor,
)
from medianest_common.contracts.identity import Role
from medianest_common.testing.fake_plex import FakePlex
from medianest_health.use_cases.look_around import look_around
from services.health.tests.household import Household
from services.health.tests.listening import Told
from services.health.tests.test_following import change, incidents
from services.health.tests.test_managing import decided

ONCE = ["MonitorWentDown", "MonitorRecovered"]


async def test_the_incident_that_is_open_counts_though_one_that_is_over_began_later_by_the_clock(
    home: Household, plex: FakePlex, told: Told
) -> None:
    plex.server.fail_with("refuse")
    await home.rounds(2)
    plex.server.heal()
    await home.rounds(2)
    await change(home, "update incidents set opened_at = opened_at + interval '1 day'")
    home.clock.advance(3600)
    plex.server.fail_with("refuse")
    await home.rounds(4)
    plex.server.heal()
    await home.rounds(2)
    assert await told.of("Plex", 4) == ONCE * 2
    assert all(each.closed_at for each in await incidents(home, "Plex"))


async def test_two_outages_of_one_system_never_overlap(home: Household, plex: FakePlex) -> None:
    plex.server.fail_with("refuse")
    await home.rounds(2)
    await change(home, "update incidents set closed_at = :at", at=home.clock.now() + timedelta(seconds=10))
    await home.rounds(2)
    first, second = await incidents(home, "Plex")
    assert first.opened_at < first.closed_at == second.opened_at


async def _pause(home: Household, monitor_id: UUID, *, paused: bool) -> None:
    with home.sandbox.as_user(role=Role.ADMIN):
        await home.sandbox.bus.call(PauseMonitor(id=monitor_id, paused=paused), timeout=30)


@pytest.mark.parametrize("at_once", [False, True])
async def test_after_a_pause_a_single_failure_is_no_outage_that_began_weeks_ago(
    home: Household, plex: FakePlex, told: Told, at_once: bool
) -> None:
    monitor = await home.monitor("Plex")
    plex.server.fail_with("refuse")
    await home.rounds(2)
    await _pause(home, monitor.id, paused=True)
    if not at_once:
        await look_around(home.app)
        home.clock.advance(21 * 86_400)
    resumed = home.clock.now()
    if at_once:
        with home.sandbox.as_user(role=Role.ADMIN):
            resume = ChangeManyMonitors(ids=[monitor.id], action=BulkAction.RESUME)
            await home.sandbox.bus.call(resume, timeout=30)
    else:
        await _pause(home, monitor.id, paused=False)
    await home.rounds()
    assert await home.state("Plex") is MonitorState.PENDING
    unwatched = [] if at_once else ["MonitorUnwatched"]
    assert await told.of("Plex", 1 + len(unwatched)) == ONCE[:1] + unwatched
    await home.rounds()
    seen = await home.monitor("Plex")
    assert seen.status is MonitorState.DOWN
    assert seen.since and seen.since > resumed
    plex.server.heal()
    await home.rounds(2)
    again = [] if at_once else ["MonitorWentDown", "MonitorUnwatched"]
    assert await told.of("Plex", 2 + len(again)) == again + ONCE


async def test_what_is_deleted_while_it_is_down_is_told_to_be_watched_no_more(
    home: Household, told: Told
) -> None:
    with home.sandbox.as_user(role=Role.ADMIN):
        spec = {"kind": "tcp", "host": "127.0.0.1", "port": 1}
        create = CreateMonitor(decisions=decided("NAS"), spec=spec)
        made = (await home.sandbox.bus.call(create, timeout=30)).monitor
        await home.rounds(3)
        await home.sandbox.bus.call(DeleteMonitor(id=made.id), timeout=30)
    assert await told.of("NAS", 2) == ["MonitorWentDown", "MonitorUnwatched"]


async def test_what_looks_at_something_else_now_is_judged_anew(home: Household) -> None:
    monitor = await home.monitor("Plex")
    with home.sandbox.as_user(role=Role.ADMIN):
        managed = await home.sandbox.bus.call(GetManaged(id=monitor.id), timeout=30)
        values = {name: getattr(managed, name) for name in Decisions.model_fields} | {"inverted": True}
        command = ChangeMonitor(id=monitor.id, decisions=Decisions.model_validate(values), spec=None)
        await home.sandbox.bus.call(command, timeout=30)
    await home.rounds()
    assert await home.state("Plex") is MonitorState.PENDING
    await home.rounds()
    assert await home.state("Plex") is MonitorState.DOWN
