"""What is told of an outage: that it began, how it turned, that it is over; each once, and only what is so."""

from dataclasses import replace
from typing import Any

import pytest

from medianest.testing import eventually
from medianest_common.contracts.health import (
    IncidentEvent,
    MonitorDegraded,
    MonitorRecovered,
    MonitorState,
    MonitorWentDown,
    Visibility,
)
from medianest_common.testing.fake_plex import FakePlex
from medianest_health.adapters.probe import Finding
from medianest_health.prober import Prober
from services.health.tests.household import Household
from services.health.tests.listening import hear_all

KINDS: tuple[type[IncidentEvent], ...] = (MonitorWentDown, MonitorDegraded, MonitorRecovered)


@pytest.fixture
async def told(home: Household) -> list[Any]:
    """Of Plex alone, in the order in which it was told; other parts of the portal do not run here and are down."""
    heard: list[Any] = []

    def hear(event: IncidentEvent) -> None:
        if event.monitor_name == "Plex":
            heard.append(event)

    await hear_all(home, KINDS, hear)
    return heard


async def has(told: list[Any], number: int) -> None:
    async def there() -> bool:
        return len(told) >= number

    await eventually(there)


async def test_an_outage_is_told_once_when_it_begins_and_once_when_it_is_over(
    home: Household, plex: FakePlex, told: list[Any]
) -> None:
    plex.server.fail_with("refuse")
    await home.rounds(4)
    plex.server.heal()
    await home.rounds(3)

    await has(told, 2)
    down, up = told
    assert isinstance(down, MonitorWentDown)
    assert isinstance(up, MonitorRecovered)
    assert down.incident_id == up.incident_id
    assert (down.reason, down.visibility) == ("Plex cannot be reached.", Visibility.EVERYONE)
    assert (up.worst, up.times) == (MonitorState.DOWN, 1)
    assert down.at == down.since == up.since < up.at
    assert up.at == (await home.monitor("Plex")).since


async def test_uptime_kuma_3031_6054_what_comes_and_goes_from_check_to_check_is_one_outage(
    home: Household, plex: FakePlex, told: list[Any]
) -> None:
    for _ in range(8):
        plex.server.fail_with("refuse")
        await home.rounds()
        plex.server.heal()
        await home.rounds()
    assert await home.state("Plex") is MonitorState.FLAPPING
    await home.rounds(3)
    await home.rounds(apart=600)
    await home.rounds(2)
    await has(told, 2)
    down, up = told
    assert isinstance(down, MonitorWentDown)
    assert isinstance(up, MonitorRecovered)
    assert up.times == 7


async def test_uptime_kuma_4792_a_single_failure_is_neither_told_nor_told_to_be_over(
    home: Household, plex: FakePlex, told: list[Any]
) -> None:
    plex.server.fail_with("refuse")
    await home.rounds()
    plex.server.heal()
    await home.rounds(3)
    plex.server.fail_with("refuse")
    await home.rounds(2)

    await has(told, 1)
    assert [type(event) for event in told] == [MonitorWentDown]


async def test_uptime_kuma_4085_a_restart_tells_nothing_again(
    home: Household, plex: FakePlex, told: list[Any]
) -> None:
    plex.server.fail_with("refuse")
    await home.rounds(3)
    await home.sandbox.stop("health")
    await home.start()
    await home.rounds(3)
    plex.server.heal()
    await home.rounds(2)

    await has(told, 2)
    assert [type(event) for event in told] == [MonitorWentDown, MonitorRecovered]
    assert told[0].incident_id == told[1].incident_id


async def test_a_refused_token_is_told_as_what_it_is(
    home: Household, plex: FakePlex, told: list[Any]
) -> None:
    plex.reset_password(plex.owner)
    await home.rounds(4)

    await has(told, 1)
    [event] = told
    assert isinstance(event, MonitorDegraded)
    assert event.state is MonitorState.AUTH
    assert event.reason


async def test_what_is_watched_no_more_has_no_open_outage_and_is_not_told_to_be_well(
    home: Household, plex: FakePlex, told: list[Any]
) -> None:
    plex.server.fail_with("refuse")
    await home.rounds(2)
    await has(told, 1)
    await home.sandbox.stop("health")
    await home.start(plex_url="", plex_token=None)
    await home.rounds(2)
    plex.server.heal()
    await home.sandbox.stop("health")
    await home.start(plex_url=plex.server_url, plex_token=plex.server_token)
    await home.rounds(3)
    plex.server.fail_with("refuse")
    await home.rounds(2)

    await has(told, 2)
    assert [type(event) for event in told] == [MonitorWentDown, MonitorWentDown]
    assert told[0].incident_id != told[1].incident_id


async def test_not_to_know_for_a_while_is_no_end_of_an_outage(
    home: Household, plex: FakePlex, told: list[Any]
) -> None:
    async def broken() -> Finding:
        raise ValueError

    blind = replace(
        home.app,
        watched=[replace(each, probe=broken) if each.name == "Plex" else each for each in home.app.watched],
    )
    plex.server.fail_with("refuse")
    await home.rounds(3)
    home.clock.advance(20)
    async with Prober.open(blind) as prober:
        await home.look(prober)
    assert await home.state("Plex") is MonitorState.UNKNOWN
    await home.rounds(2)
    plex.server.heal()
    await home.rounds(3)

    await has(told, 2)
    assert [type(event) for event in told] == [MonitorWentDown, MonitorRecovered]
    assert told[1].times == 1
