"""What happens while there is maintenance, and what administrators may plan."""

from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError
from sqlalchemy import text

from medianest_common.contracts.health import MonitorState
from medianest_common.contracts.health.groups import AddGroup
from medianest_common.contracts.health.maintenance import (
    ChangeMaintenance,
    DeleteMaintenance,
    EndMaintenance,
    GetMaintenance,
    ListMaintenances,
    Maintenance,
    MaintenanceBody,
    MaintenancePlan,
    MaintenanceState,
    PlanMaintenance,
)
from medianest_common.contracts.identity import Role
from medianest_common.errors import RemoteError
from medianest_common.testing.fake_overseerr import FakeOverseerr
from medianest_common.testing.fake_plex import FakePlex
from medianest_health.use_cases.look_around import look_around
from services.health.tests.household import Household
from services.health.tests.listening import Told
from services.health.tests.test_following import bind

BERLIN = ZoneInfo("Europe/Berlin")


def planned(home: Household, *, after: timedelta = timedelta(), **more: Any) -> MaintenancePlan:
    starts = (home.clock.now() + after).astimezone(BERLIN).replace(tzinfo=None)
    values: dict[str, Any] = {
        "title": "New disks",
        "description": None,
        "zone": "Europe/Berlin",
        "starts_at_local": starts.isoformat(timespec="seconds"),
        "duration_seconds": 3600,
        "rule": None,
        "everything": False,
        "monitor_ids": [],
        "group_ids": [],
    }
    return MaintenancePlan.model_validate(values | more)


async def ask(home: Household, message: Any, *, role: Role = Role.ADMIN) -> Any:
    with home.sandbox.as_user(role=role):
        return await home.sandbox.bus.call(message, timeout=30)


async def plan(home: Household, **more: Any) -> Maintenance:
    if not more.get("group_ids") and not more.get("everything"):
        more.setdefault("monitor_ids", [(await home.monitor("Plex")).id])
    made: Maintenance = await ask(home, PlanMaintenance(plan=planned(home, **more)))
    return made


async def test_nobody_is_told_of_what_is_down_in_maintenance_and_all_see_until_when(
    home: Household, plex: FakePlex, told: Told
) -> None:
    maintenance = await plan(home)
    plex.server.fail_with("refuse")
    await home.rounds(4)

    seen = await home.monitor("Plex")
    assert (seen.status, seen.maintenance_until) == (
        MonitorState.MAINTENANCE,
        maintenance.windows[0].ends_at,
    )
    assert await home.state("Overseerr") is MonitorState.UP
    plex.server.heal()
    await home.rounds(3)
    home.clock.advance(3600)
    await home.rounds(3)
    assert await home.state("Plex") is MonitorState.UP
    plex.server.fail_with("refuse")
    await home.rounds(2)
    assert await told.of("Plex", 1) == ["MonitorWentDown"]


async def test_what_is_down_when_maintenance_is_over_is_told_then(
    home: Household, plex: FakePlex, told: Told
) -> None:
    maintenance = await plan(home)
    plex.server.fail_with("refuse")
    await home.rounds(4)
    home.clock.advance(3600 - 4 * 20 + 1)
    assert home.clock.now() > maintenance.windows[0].ends_at
    await look_around(home.app)
    await home.look()

    assert await told.of("Plex", 1) == ["MonitorWentDown"]
    assert told.events[0].since > maintenance.windows[0].ends_at
    assert await home.state("Plex") is MonitorState.DOWN


async def test_what_fails_after_its_box_was_mended_in_maintenance_is_told(
    home: Household, plex: FakePlex, overseerr: FakeOverseerr, told: Told
) -> None:
    await bind(home, "Overseerr", to="Plex")
    plex.server.fail_with("refuse")
    await home.rounds(2)
    await plan(home, duration_seconds=86_400)
    await home.rounds()
    plex.server.heal()
    await home.rounds(2)
    overseerr.fail_with("refuse")
    await home.rounds(3)
    assert await home.state("Overseerr") is MonitorState.DOWN
    assert await told.of("Overseerr", 1) == ["MonitorWentDown"]


async def test_what_is_told_to_be_down_is_told_to_be_up_again_though_that_came_in_maintenance(
    home: Household, plex: FakePlex, told: Told
) -> None:
    plex.server.fail_with("refuse")
    await home.rounds(2)
    maintenance = await plan(home)
    await home.rounds(2)
    plex.server.heal()
    await home.rounds(2)
    back = home.clock.now() - timedelta(seconds=20)
    assert await told.of("Plex", 1) == ["MonitorWentDown"]
    await ask(home, EndMaintenance(id=maintenance.id, for_good=False))
    await home.rounds(1)
    assert await told.of("Plex", 2) == ["MonitorWentDown", "MonitorRecovered"]
    assert abs(told.events[1].at - back) < timedelta(seconds=10)


async def test_time_in_maintenance_counts_neither_way_but_is_no_gap(home: Household, plex: FakePlex) -> None:
    await home.rounds(10)
    await plan(home)
    plex.server.fail_with("refuse")
    await home.rounds(12)
    seen = await home.monitor("Plex")
    assert seen.uptime.day == 1.0
    assert seen.coverage > 0.9 * 22 * 20 / 86_400


async def test_a_group_and_everything_and_the_end_that_comes_last(home: Household) -> None:
    group = await ask(home, AddGroup(name="Boxes"))
    async with home.app.db.transaction() as tx:
        await tx.session.execute(
            text("update monitors set group_id = :group where name = 'Overseerr'"), {"group": group.id}
        )
    await plan(home, group_ids=[group.id])
    await home.rounds()
    assert await home.state("Overseerr") is MonitorState.MAINTENANCE
    assert await home.state("Plex") is MonitorState.UP
    longer = await plan(home, everything=True, duration_seconds=7200)
    await home.rounds()
    states = {each.status for each in await home.monitors()}
    assert states == {MonitorState.MAINTENANCE}
    until = {each.maintenance_until for each in await home.monitors()}
    assert until == {longer.windows[0].ends_at}


async def test_beginning_and_end_are_seen_at_once_however_seldom_it_is_looked_at(home: Household) -> None:
    async with home.app.db.transaction() as tx:
        await tx.session.execute(text("update monitors set interval_seconds = 3600"))
    await home.rounds()
    maintenance = await plan(home)
    await home.due()
    assert await home.state("Plex") is MonitorState.MAINTENANCE
    await ask(home, EndMaintenance(id=maintenance.id, for_good=True))
    await home.due()
    assert await home.state("Plex") is MonitorState.UP


async def test_uptime_kuma_4856_4066_an_answer_says_when_it_is_there_and_in_utc(home: Household) -> None:
    # The clocks are changed on the last Sunday of March, when there is no half past two.
    last = date(home.clock.now().year + 1, 3, 31)
    sunday = last - timedelta(days=(last.weekday() + 1) % 7)
    before, after = sunday - timedelta(days=1), sunday + timedelta(days=1)
    made = await plan(
        home, starts_at_local=f"{before}T02:30", rule="FREQ=DAILY;COUNT=3", duration_seconds=1800
    )
    assert (made.zone, made.starts_at_local, made.state) == (
        "Europe/Berlin",
        f"{before}T02:30:00",
        MaintenanceState.SCHEDULED,
    )
    assert [(w.starts_at.isoformat(), w.starts_at_local) for w in made.windows] == [
        (f"{before}T01:30:00+00:00", f"{before}T02:30:00+01:00"),
        (f"{sunday}T01:30:00+00:00", f"{sunday}T03:30:00+02:00"),
        (f"{after}T00:30:00+00:00", f"{after}T02:30:00+02:00"),
    ]
    assert await ask(home, GetMaintenance(id=made.id)) == made


async def test_one_window_is_ended_and_the_next_comes_and_what_is_called_off_does_not(
    home: Household,
) -> None:
    made = await plan(home, rule="FREQ=DAILY")
    first, second = made.windows[0], made.windows[1]
    ended = await ask(home, EndMaintenance(id=made.id, for_good=False))
    assert (ended.state, ended.windows[0]) == (MaintenanceState.SCHEDULED, second)
    with pytest.raises(RemoteError, check=lambda error: error.code == "MAINTENANCE_NOT_RUNNING"):
        await ask(home, EndMaintenance(id=made.id, for_good=False))
    home.clock.advance((second.starts_at - first.starts_at).total_seconds())
    await home.rounds()
    assert await home.state("Plex") is MonitorState.MAINTENANCE
    off = await ask(home, EndMaintenance(id=made.id, for_good=True))
    assert (off.state, off.windows) == (MaintenanceState.ENDED, [])
    await home.rounds()
    assert await home.state("Plex") is MonitorState.UP
    anew = ChangeMaintenance(id=made.id, plan=planned(home, everything=True), version=made.version)
    with pytest.raises(RemoteError, check=lambda error: error.code == "MAINTENANCE_CHANGED"):
        await ask(home, anew)
    on = await ask(home, anew.model_copy(update={"version": off.version}))
    assert on.state is MaintenanceState.ACTIVE


async def test_what_runs_stands_before_what_comes_and_that_before_what_is_over(home: Household) -> None:
    later = await plan(home, after=timedelta(days=2), title="Later", public_title="Soon")
    over = await plan(home, title="Over")
    await ask(home, EndMaintenance(id=over.id, for_good=True))
    now = await plan(home, title="Now")
    listed = (await ask(home, ListMaintenances())).items
    assert [each.title for each in listed] == ["Now", "Later", "Over"]
    await ask(home, DeleteMaintenance(id=now.id))
    with pytest.raises(RemoteError, check=lambda error: error.code == "MAINTENANCE_NOT_FOUND"):
        await ask(home, DeleteMaintenance(id=now.id))
    assert (later.state, later.public_title) == (MaintenanceState.SCHEDULED, "Soon")


async def test_what_would_never_be_is_refused(home: Household) -> None:
    nothing = "00000000-0000-0000-0000-000000000001"
    for wrong, field in (
        ({"zone": "Mars/Olympus"}, "zone"),
        ({"zone": "../../etc/passwd"}, "zone"),
        ({"rule": "FREQ=SECONDLY"}, "rule"),
        ({"rule": "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"}, "rule"),
        ({"rule": "FREQ=DAILY;UNTIL=20200101"}, "rule"),
        ({"starts_at_local": "2020-01-01T00:00"}, "startsAtLocal"),
        ({"starts_at_local": "1900-01-01T00:00", "rule": "FREQ=DAILY"}, "startsAtLocal"),
        ({"starts_at_local": "2199-12-31T23:59", "rule": "FREQ=DAILY"}, "startsAtLocal"),
        ({"monitor_ids": [nothing]}, "monitorIds"),
        ({"group_ids": [nothing]}, "groupIds"),
    ):
        with pytest.raises(RemoteError) as refused:
            await ask(home, PlanMaintenance(plan=planned(home, **wrong)))
        assert refused.value.status == 422
        assert [each.field for each in refused.value.errors or ()] == [field]
    assert (await ask(home, ListMaintenances())).items == []


async def test_only_administrators_plan(home: Household) -> None:
    for message in (ListMaintenances(), PlanMaintenance(plan=planned(home, everything=True))):
        with pytest.raises(RemoteError, check=lambda error: error.status == 403):
            await ask(home, message, role=Role.USER)


@pytest.mark.parametrize(
    "wrong",
    [
        {"everything": True, "monitor_ids": ["00000000-0000-0000-0000-000000000001"]},
        {"everything": False},
        {"starts_at_local": "2026-02-30T00:00"},
        {"starts_at_local": "2026-02-01T00:00Z"},
        {"duration_seconds": 59},
        {"duration_seconds": 10**9},
    ],
)
def test_what_a_body_may_not_say(wrong: dict[str, Any]) -> None:
    right = {
        "title": "T",
        "zone": "UTC",
        "starts_at_local": "2027-01-01T00:00",
        "duration_seconds": 60,
        "everything": True,
    }
    MaintenanceBody.model_validate(right)
    with pytest.raises(ValidationError):
        MaintenanceBody.model_validate(right | wrong)
