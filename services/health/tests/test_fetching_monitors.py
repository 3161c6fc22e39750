"""Radarr, Sonarr and TMDB are watched by themselves as soon as they are set up, each with its own state."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from medianest.testing import Sandbox
from medianest_common.contracts.health import ListMonitors, MonitorState
from medianest_common.contracts.identity import Role
from medianest_common.testing.fake_arr import FakeRadarr, FakeSonarr
from medianest_common.testing.fake_tmdb import FakeTmdb
from medianest_common.testing.shifted_clock import ShiftedClock
from services.health.tests.household import Household


@pytest.fixture
async def radarr() -> AsyncIterator[FakeRadarr]:
    async with FakeRadarr.start() as radarr:
        yield radarr


@pytest.fixture
async def sonarr() -> AsyncIterator[FakeSonarr]:
    async with FakeSonarr.start() as sonarr:
        yield sonarr


@pytest.fixture
async def tmdb() -> AsyncIterator[FakeTmdb]:
    async with FakeTmdb.start() as tmdb:
        yield tmdb


@pytest.fixture
def settings(radarr: FakeRadarr, sonarr: FakeSonarr, tmdb: FakeTmdb) -> dict[str, Any]:
    return {
        "radarr_url": radarr.url,
        "radarr_api_key": radarr.api_key,
        "sonarr_4k_url": f"{sonarr.url}/api/v3/",
        "sonarr_4k_api_key": sonarr.api_key,
        "tmdb_url": tmdb.url,
        "tmdb_api_key": tmdb.api_key,
    }


@pytest.fixture
async def home(sandbox: Sandbox, clock: ShiftedClock, settings: dict[str, Any]) -> Household:
    home = Household(sandbox, clock)
    await home.start(**settings)
    return home


async def test_what_is_set_up_is_watched_and_up(home: Household) -> None:
    watched = {each.name: each.status for each in await home.monitors(Role.ADMIN)}

    assert {name: watched.get(name) for name in ("Radarr", "Sonarr 4K", "TMDB")} == dict.fromkeys(
        ("Radarr", "Sonarr 4K", "TMDB"), MonitorState.UP
    )
    assert not watched.keys() & {"Radarr 4K", "Sonarr", "Overseerr"}
    assert await home.monitors(Role.USER) == []


async def test_a_key_that_is_not_accepted_is_no_outage_and_is_named(
    home: Household, radarr: FakeRadarr, sonarr: FakeSonarr, tmdb: FakeTmdb
) -> None:
    radarr.accepted_key = sonarr.accepted_key = "another"
    tmdb.fail_with(401)
    await home.rounds(3)

    for name, variable in (
        ("Radarr", "MEDIANEST_RADARR_API_KEY"),
        ("Sonarr 4K", "MEDIANEST_SONARR_4K_API_KEY"),
        ("TMDB", "MEDIANEST_TMDB_API_KEY"),
    ):
        found = await home.monitor(name)
        assert (found.status, found.message) == (
            MonitorState.AUTH,
            f"{name} does not accept {variable}.",
        )
        assert found.uptime.day == 1.0
    radarr.accepted_key = radarr.api_key
    await home.rounds()
    assert await home.state("Radarr") is MonitorState.UP


@pytest.mark.parametrize("fault", ["refuse", "hang", "drop", "nonsense", "empty", 500])
async def test_what_does_not_answer_as_it_should_is_down(
    home: Household, radarr: FakeRadarr, tmdb: FakeTmdb, fault: Any
) -> None:
    radarr.fail_with(fault)
    tmdb.fail_with(fault)
    await home.rounds(2)

    assert [await home.state(name) for name in ("Radarr", "TMDB", "Sonarr 4K")] == [
        MonitorState.DOWN,
        MonitorState.DOWN,
        MonitorState.UP,
    ]


async def test_a_limit_at_tmdb_is_no_outage(home: Household, tmdb: FakeTmdb) -> None:
    tmdb.fail_with(429, retry_after=60)
    await home.rounds(2)

    assert await home.state("TMDB") is MonitorState.DEGRADED


async def test_another_app_at_the_address_or_no_key_at_all(
    sandbox: Sandbox, clock: ShiftedClock, settings: dict[str, Any], sonarr: FakeSonarr
) -> None:
    home = Household(sandbox, clock)
    more = {"radarr_url": sonarr.url, "radarr_api_key": sonarr.api_key, "sonarr_4k_api_key": ""}
    await home.start(**settings | more)
    await home.rounds()

    radarr, show = await home.monitor("Radarr"), await home.monitor("Sonarr 4K")
    assert (radarr.status, radarr.message) == (
        MonitorState.DOWN,
        "What answers does not look like Radarr.",
    )
    assert (show.status, show.message) == (MonitorState.AUTH, "MEDIANEST_SONARR_4K_API_KEY is not set.")


async def test_with_an_overseerr_nobody_here_needs_tmdb(
    sandbox: Sandbox, clock: ShiftedClock, settings: dict[str, Any]
) -> None:
    home = Household(sandbox, clock)
    await home.start(**settings, overseerr_url="http://127.0.0.1:1", overseerr_api_key="key")

    assert "TMDB" not in [each.name for each in await home.monitors()]


async def test_no_key_is_in_what_is_said_of_them(
    home: Household, radarr: FakeRadarr, tmdb: FakeTmdb, capfd: pytest.CaptureFixture[str]
) -> None:
    said = ""
    faults: list[Any] = [401, 500, "html", "refuse", "hang"]
    for fault in faults:
        radarr.fail_with(fault)
        tmdb.fail_with(fault)
        await home.rounds()
        with home.sandbox.as_user(role=Role.OWNER):
            said += (await home.sandbox.bus.call_raw(ListMonitors(), timeout=30)).decode()
    said += "".join(capfd.readouterr())

    assert "TMDB" in said
    assert radarr.api_key not in said
    assert tmdb.api_key not in said
