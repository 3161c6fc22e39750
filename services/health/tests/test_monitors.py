import json
from typing import Any, Literal

import pytest

from medianest import registry
from medianest.testing import Sandbox, eventually
from medianest_common.bus import Bus
from medianest_common.contracts.health import ListMonitors, MonitorState, ReadMonitorStates
from medianest_common.contracts.identity import Role
from medianest_common.contracts.notifications import PUSH_ADMINS, PUSH_ALL
from medianest_common.contracts.platform import CheckStatus, Readiness, ping_subject
from medianest_common.contracts.plex.connection import ReconnectPlex
from medianest_common.errors import MediaNestError
from medianest_common.testing.fake_overseerr import FakeOverseerr
from medianest_common.testing.fake_overseerr import Fault as OverseerrFault
from medianest_common.testing.fake_plex import FakePlex, Fault
from medianest_common.testing.shifted_clock import ShiftedClock
from medianest_health.adapters.own import ServiceProbe
from services.health.tests.household import Household

[PLEX] = registry.services(["plex"])


async def test_everything_that_is_set_up_is_watched(home: Household) -> None:
    names = [each.name for each in await home.monitors()]

    assert names[:2] == ["Plex", "Overseerr"]
    assert "MediaNest health" in names
    assert names[-3:] == ["NATS", "PostgreSQL", "Valkey"]


async def test_what_is_well_is_up(home: Household) -> None:
    plex, overseerr = await home.monitor("Plex"), await home.monitor("Overseerr")

    for each in (plex, overseerr):
        assert each.status is MonitorState.UP
        assert each.latency_ms is not None
        assert each.message is None
        assert each.since
    for name in ("MediaNest health", "NATS", "PostgreSQL", "Valkey"):
        assert await home.state(name) is MonitorState.UP


async def test_people_see_what_concerns_them_and_administrators_see_all(home: Household) -> None:
    seen = {each.name for each in await home.monitors(Role.USER)}
    all_of_them = {each.name for each in await home.monitors(Role.ADMIN)}

    assert seen == {"Plex", "Overseerr"}
    assert all_of_them > seen | {"MediaNest media", "NATS", "PostgreSQL", "Valkey"}
    with pytest.raises(MediaNestError) as refused:
        await home.sandbox.bus.call(ListMonitors())
    assert refused.value.status == 401


async def test_open_pages_hear_of_a_change_and_only_what_they_may_see(
    home: Household, plex: FakePlex
) -> None:
    pushed: list[tuple[str, dict[str, Any]]] = []

    async def hear(message: Any) -> None:
        pushed.append((message.subject, json.loads(message.data)))

    for subject in (PUSH_ALL, PUSH_ADMINS):
        await home.sandbox.nats.subscribe(subject, cb=hear)
    await home.sandbox.nats.flush(timeout=5)
    first = await home.sandbox.bus.call(ReadMonitorStates(), timeout=30)
    of_all = {state.frame.data["name"] for state in first.states if state.everyone}
    of_admins = {state.frame.data["name"] for state in first.states if state.admins}
    assert of_all == {each.name for each in await home.monitors(Role.USER)}
    assert of_admins == {each.name for each in await home.monitors(Role.ADMIN)} - of_all

    await home.rounds()
    plex.server.fail_with("refuse")
    await home.rounds(2)

    async def heard() -> bool:
        return [f["data"]["status"] for s, f in pushed if s == PUSH_ALL and f["data"]["name"] == "Plex"] == [
            "up",
            "down",
        ]

    await eventually(heard)
    assert all(frame["data"]["name"] in of_admins for subject, frame in pushed if subject == PUSH_ADMINS)


async def test_one_failure_is_no_outage_but_two_are(home: Household, plex: FakePlex) -> None:
    plex.server.fail_with("refuse")
    await home.rounds()
    once = await home.monitor("Plex")
    await home.rounds()
    twice = await home.monitor("Plex")

    assert (once.status, once.message) == (MonitorState.UP, "Plex cannot be reached.")
    assert twice.status is MonitorState.DOWN
    assert twice.since
    assert once.since
    assert twice.since > once.since


async def test_the_first_good_answer_ends_an_outage(home: Household, plex: FakePlex) -> None:
    plex.server.fail_with("refuse")
    await home.rounds(3)
    plex.server.heal()
    await home.rounds()

    plex_now = await home.monitor("Plex")
    assert (plex_now.status, plex_now.message) == (MonitorState.UP, None)


@pytest.mark.parametrize("fault", ["hang", "drop", "truncate", "malformed", "maintenance", "empty", 500, 404])
async def test_plex_that_does_not_answer_as_it_should_is_down(
    home: Household, plex: FakePlex, fault: Fault
) -> None:
    plex.server.fail_with(fault)
    await home.rounds(2)

    found = await home.monitor("Plex")
    assert found.status is MonitorState.DOWN
    assert found.message


@pytest.mark.parametrize("fault", ["refuse", "hang", "drop", "drop_mid_body", "nonsense", "empty", 503])
async def test_overseerr_that_does_not_answer_as_it_should_is_down(
    home: Household, overseerr: FakeOverseerr, fault: OverseerrFault
) -> None:
    overseerr.fail_with(fault)
    await home.rounds(2)
    down = await home.state("Overseerr")
    overseerr.heal()
    # The first may still find a connection that the server has just given up.
    await home.rounds(2)

    assert down is MonitorState.DOWN
    assert await home.state("Overseerr") is MonitorState.UP


async def test_a_page_instead_of_an_answer_is_a_question_of_access(
    home: Household, plex: FakePlex, overseerr: FakeOverseerr
) -> None:
    plex.server.fail_with("html")
    overseerr.fail_with("html")
    await home.rounds()

    assert await home.state("Plex") is MonitorState.AUTH
    assert "login page" in ((await home.monitor("Overseerr")).message or "")


async def test_a_refused_token_is_not_an_outage(home: Household, plex: FakePlex) -> None:
    plex.reset_password(plex.owner)
    await home.rounds(3)

    found = await home.monitor("Plex")
    assert (found.status, found.message) == (
        MonitorState.AUTH,
        "Plex does not accept MEDIANEST_PLEX_TOKEN.",
    )
    assert found.uptime.day == 1.0


async def test_a_server_that_plex_tv_leads_to_is_watched_through_the_plex_service(
    sandbox: Sandbox, clock: ShiftedClock, plex: FakePlex
) -> None:
    """The token never leaves that service, and nobody else knows the address."""
    await sandbox.start(PLEX, plex_tv_url=plex.tv_url, plex_token=plex.owner.token)
    home = Household(sandbox, clock)
    await home.start()

    async def comes_to(state: MonitorState) -> bool:
        clock.advance(31)
        await home.rounds(2)
        return await home.state("Plex") is state

    await eventually(lambda: comes_to(MonitorState.UP))
    plex.reset_password(plex.owner)
    await eventually(lambda: comes_to(MonitorState.AUTH))
    plex.server.fail_with("refuse")
    await eventually(lambda: comes_to(MonitorState.DOWN))
    assert (await home.monitor("Plex")).message
    await sandbox.stop("plex")
    await eventually(lambda: comes_to(MonitorState.UNKNOWN))


async def test_a_later_token_than_the_one_in_the_settings_is_as_good(home: Household, plex: FakePlex) -> None:
    settings = {"plex_url": plex.server_url, "plex_token": plex.server_token, "plex_tv_url": plex.tv_url}
    plex.reset_password(plex.owner)
    await home.sandbox.start(PLEX, **settings)
    with home.sandbox.as_user(role=Role.ADMIN):
        answer = await home.sandbox.bus.call(ReconnectPlex(token=plex.owner.token), timeout=30)
    assert answer.token_accepted

    await home.rounds(2)

    assert await home.state("Plex") is MonitorState.UP


@pytest.mark.parametrize("key", ["wrong", "", "nön-äscii"])
async def test_a_wrong_or_missing_key_is_not_an_outage(
    sandbox: Sandbox, clock: ShiftedClock, overseerr: FakeOverseerr, key: str
) -> None:
    home = Household(sandbox, clock)
    await home.start(overseerr_url=overseerr.url, overseerr_api_key=key)
    await home.rounds()

    found = await home.monitor("Overseerr")
    assert found.status is MonitorState.AUTH
    assert "MEDIANEST_OVERSEERR_API_KEY" in (found.message or "")


async def test_a_key_copied_with_spaces_and_an_address_copied_with_a_path_work(
    sandbox: Sandbox, clock: ShiftedClock, overseerr: FakeOverseerr
) -> None:
    home = Household(sandbox, clock)
    await home.start(overseerr_url=f" {overseerr.url}/api/v1/ ", overseerr_api_key=f" {overseerr.api_key}\n")

    assert await home.state("Overseerr") is MonitorState.UP


async def test_a_service_that_does_not_run_is_down(home: Household) -> None:
    await home.rounds()

    found = await home.monitor("MediaNest youtube")
    assert (found.status, found.message) == (MonitorState.DOWN, "The youtube service is not running.")


async def test_what_was_never_up_is_pending_before_it_is_down(sandbox: Sandbox, clock: ShiftedClock) -> None:
    home = Household(sandbox, clock)
    await home.start()

    assert await home.state("MediaNest youtube") is MonitorState.PENDING


class _Alone:
    def present(self) -> tuple[str, ...]:
        return ()

    async def missed(self) -> int:
        return 0


async def test_without_the_bus_it_is_not_known_how_a_service_is(
    sandbox: Sandbox, clock: ShiftedClock
) -> None:
    await sandbox.nats.close()
    bus = Bus(sandbox.nats, service="health", clock=clock)

    finding = await ServiceProbe("auth", bus=bus, seconds=1, clock=clock, companions=_Alone(), servers={})()

    assert finding.outcome is MonitorState.UNKNOWN


async def test_what_is_no_longer_set_up_is_no_longer_shown_and_keeps_its_history(
    home: Household, plex: FakePlex
) -> None:
    before = await home.monitor("Plex")
    await home.sandbox.stop("health")
    token = home.sandbox.settings["plex_token"]
    await home.start(plex_url="", plex_token="")
    await home.rounds()
    assert "Plex" not in [each.name for each in await home.monitors()]

    await home.sandbox.stop("health")
    await home.start(plex_url=plex.server_url, plex_token=token)
    await home.rounds()

    assert (await home.monitor("Plex")).id == before.id


async def test_what_nobody_has_looked_at_for_long_is_unknown(home: Household) -> None:
    home.clock.advance(600)

    found = await home.monitor("Plex")

    assert found.status is MonitorState.UNKNOWN
    assert found.since == found.last_check_at


async def test_readiness_says_when_nobody_looks(home: Household) -> None:
    home.clock.advance(600)

    readiness = Readiness.model_validate_json(await home.sandbox.bus.ask(ping_subject("health"), timeout=30))

    assert next(check for check in readiness.checks if check.name == "rounds").status is CheckStatus.DEGRADED


async def test_a_second_replica_watches_the_same_things_once(home: Household) -> None:
    before = {each.id for each in await home.monitors()}
    second = Household(home.sandbox, home.clock)
    await home.sandbox.stop("health")
    await second.start()
    await second.rounds()

    assert {each.id for each in await second.monitors()} == before


async def test_no_key_is_in_what_is_said(home: Household, plex: FakePlex, overseerr: FakeOverseerr) -> None:
    faults: tuple[Literal[401, 500, "html", "refuse"], ...] = (401, 500, "html", "refuse")
    for fault in faults:
        plex.server.fail_with(fault)
        overseerr.fail_with(fault)
        await home.rounds()
        with home.sandbox.as_user(role=Role.OWNER):
            said = (await home.sandbox.bus.call_raw(ListMonitors(), timeout=30)).decode()
        assert not [secret for secret in {*plex.tokens, overseerr.api_key} if secret in said]
        plex.server.heal()
        overseerr.heal()
    assert not [request for request in plex.requests if request.token_in_url]
