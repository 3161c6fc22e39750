import pytest

from medianest.testing import AT_ONCE, Sandbox, eventually
from medianest_common.contracts.platform import CheckStatus
from medianest_common.contracts.plex import GetServer, GetServerIdentity, ListLibraries, SearchLibrary
from medianest_common.errors import MediaNestError
from medianest_common.testing.fake_plex import FakePlex
from medianest_common.testing.shifted_clock import ShiftedClock
from medianest_plex.service import SERVICE
from medianest_plex.settings import PlexSettings
from services.plex.tests.household import Household, as_in_earnest


async def test_the_server_is_described(home: Household) -> None:
    server = await home.ask(GetServer())

    assert server.name == "Living Room"
    assert server.online
    assert server.version
    assert server.version.startswith("1.43")
    assert server.last_seen_at


async def test_its_identity_is_learned(home: Household) -> None:
    identity = await home.ask(GetServerIdentity())

    assert identity.machine_identifier == home.plex.machine_id
    assert identity.name == "Living Room"


async def test_its_identity_survives_an_outage_and_a_restart(home: Household) -> None:
    await home.ask(GetServerIdentity())
    home.plex.server.fail_with("refuse")
    await home.sandbox.stop("plex")
    await home.sandbox.start(SERVICE)

    identity = await home.ask(GetServerIdentity())
    server = await home.ask(GetServer())

    assert identity.machine_identifier == home.plex.machine_id
    assert (server.name, server.online) == ("Living Room", False)
    assert server.last_seen_at


async def test_without_any_sight_of_it_the_identity_is_unavailable_and_comes_later(
    sandbox: Sandbox, plex: FakePlex, clock: ShiftedClock
) -> None:
    plex.server.fail_with("refuse")
    await sandbox.start(SERVICE, plex_url=plex.server_url, plex_token=plex.server_token)
    home = Household(sandbox, plex, clock)
    with pytest.raises(MediaNestError) as refused:
        await home.ask(GetServerIdentity())
    assert (refused.value.status, refused.value.code) == (503, "PLEX_UNAVAILABLE")

    plex.server.heal()

    async def known() -> bool:
        clock.advance(31)
        try:
            return (await home.ask(GetServerIdentity())).machine_identifier == plex.machine_id
        except MediaNestError:
            return False

    await eventually(known)


@pytest.mark.parametrize(
    "settings, named",
    [
        ({}, "MEDIANEST_PLEX_URL"),
        ({"plex_url": "http://127.0.0.1:32400"}, "MEDIANEST_PLEX_TOKEN"),
        ({"plex_url": "http://127.0.0.1:32400", "plex_token": "claim-aBcD"}, "claim code"),
    ],
)
async def test_what_is_missing_is_said_in_words(
    sandbox: Sandbox, clock: ShiftedClock, plex: FakePlex, settings: dict[str, str], named: str
) -> None:
    await sandbox.start(SERVICE, **settings)
    home = Household(sandbox, plex, clock)

    for message in (GetServer(), GetServerIdentity(), ListLibraries(), SearchLibrary(query="x")):
        with pytest.raises(MediaNestError) as refused:
            await home.ask(message)
        assert (refused.value.status, refused.value.code) == (503, "PLEX_NOT_SET_UP")
        assert named in refused.value.detail
        assert "claim-aBcD" not in refused.value.detail

    assert (await home.check()).status is CheckStatus.OK


async def test_another_server_at_the_address_does_not_become_ours_unless_it_takes_our_token(
    home: Household,
) -> None:
    await home.ask(GetServerIdentity())
    ours = home.plex.machine_id
    home.plex.media_server.machine_id = "f" * 40
    home.plex.reset_password(home.plex.owner)
    home.later()

    await home.ask(GetServer())

    assert (await home.ask(GetServerIdentity())).machine_identifier == ours


@pytest.mark.parametrize(
    "written",
    [
        "http://plex:32400/",
        " http://plex:32400 ",
        "http://plex:32400/web",
        "http://plex:32400/web/index.html#!/server/1",
        "http://plex:32400/?X-Plex-Token=abc",
    ],
)
def test_the_address_may_be_written_as_people_copy_it(written: str) -> None:
    assert PlexSettings(plex_url=written).plex_url == "http://plex:32400"


async def test_an_outage_degrades_readiness_and_ends_with_it(home: Household) -> None:
    await home.says(CheckStatus.OK)
    home.plex.server.fail_with("refuse")
    await home.says(CheckStatus.DEGRADED)
    home.plex.server.heal()
    await home.says(CheckStatus.OK)


async def test_a_refused_token_degrades_readiness_and_says_so(home: Household) -> None:
    home.plex.reset_password(home.plex.owner)

    check = await home.says(CheckStatus.DEGRADED)

    assert check.message == "Plex does not accept the token."


async def test_a_server_that_hangs_counts_as_away_within_the_time_of_a_call(home: Household) -> None:
    await home.ask(GetServer())
    home.plex.server.fail_with("hang")

    async def away() -> bool:
        """Unless a look that began before comes to its end just now."""
        home.later()
        return not (await home.ask(GetServer(), timeout=AT_ONCE)).online

    with as_in_earnest():
        await eventually(away)


async def test_it_starts_while_plex_is_down(sandbox: Sandbox, plex: FakePlex, clock: ShiftedClock) -> None:
    plex.server.fail_with("refuse")

    await sandbox.start(SERVICE, plex_url=plex.server_url, plex_token=plex.server_token)

    await Household(sandbox, plex, clock).says(CheckStatus.DEGRADED, later=0)
