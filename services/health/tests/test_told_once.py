"""However clocks, pauses and settings go: an outage is one incident, told when it begins and when it is over."""

from datetime import timedelta

from medianest_common.testing.fake_plex import FakePlex
from services.health.tests.household import Household
from services.health.tests.listening import Told
from services.health.tests.test_following import change, incidents

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
