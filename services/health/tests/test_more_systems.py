"""What stands around a media server is watched as soon as the settings name it."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import pytest
from pydantic import SecretStr

from medianest.testing import Sandbox
from medianest_common.contracts.health import MonitorState
from medianest_common.contracts.identity import Role
from medianest_common.settings import SettingsError, load
from medianest_common.testing.fake_systems import (
    FakeJellyfin,
    FakeProwlarr,
    FakeQbittorrent,
    FakeSabnzbd,
    FakeSystem,
    FakeTautulli,
)
from medianest_common.testing.shifted_clock import ShiftedClock
from medianest_health.adapters.reference import Reference
from medianest_health.adapters.references import Network
from medianest_health.catalogue import outside_references, references_of
from medianest_health.settings import HealthSettings
from services.health.tests.household import Household

_KINDS: dict[str, Any] = {
    "jellyfin": FakeJellyfin,
    "prowlarr": FakeProwlarr,
    "tautulli": FakeTautulli,
    "sabnzbd": FakeSabnzbd,
    "qbittorrent": FakeQbittorrent,
}
_NAMES = ["Jellyfin", "Prowlarr", "Tautulli", "SABnzbd", "qBittorrent"]


@pytest.fixture
async def systems() -> AsyncIterator[dict[str, FakeSystem]]:
    async with AsyncExitStack() as stack:
        yield {name: await stack.enter_async_context(fake.start()) for name, fake in _KINDS.items()}


def settings_of(systems: dict[str, Any]) -> dict[str, Any]:
    keyed = {name: fake for name, fake in systems.items() if name != "qbittorrent"}
    torrents = systems["qbittorrent"]
    return {
        "health_probe_seconds": "5",
        **{f"{name}_url": f" {fake.url}/ " for name, fake in keyed.items()},
        **{f"{name}_api_key": f" {fake.api_key}\n" for name, fake in keyed.items()},
        "qbittorrent_url": torrents.url,
        "qbittorrent_username": torrents.username,
        "qbittorrent_password": torrents.password,
    }


async def test_what_is_named_is_watched_and_what_is_named_no_more_is_not(
    sandbox: Sandbox, clock: ShiftedClock, systems: dict[str, Any]
) -> None:
    home = Household(sandbox, clock)
    named = settings_of(systems)
    await home.start(**named)
    before = {each.name: each for each in await home.monitors()}
    assert [each for each in before if each in _NAMES] == _NAMES
    assert {before[name].status for name in _NAMES} == {MonitorState.UP}
    assert [each.name for each in await home.monitors(Role.USER)] == ["Jellyfin"]

    await sandbox.stop("health")
    nothing: dict[str, Any] = {name: "" for name in named if name != "health_probe_seconds"}
    await home.start(**nothing)
    assert not {each.name for each in await home.monitors()} & set(_NAMES)

    await sandbox.stop("health")
    await home.start(**named)
    again = {each.name: each for each in await home.monitors()}
    assert {name: again[name].id for name in _NAMES} == {name: before[name].id for name in _NAMES}


async def test_what_is_wrong_with_a_key_names_its_setting(
    sandbox: Sandbox, clock: ShiftedClock, systems: dict[str, Any]
) -> None:
    home = Household(sandbox, clock)
    named = settings_of(systems)
    wrong = {name: "wrong" for name in named if name.endswith(("_api_key", "_password"))}
    await home.start(**named | wrong)

    for name in _NAMES:
        found = await home.monitor(name)
        assert found.status is MonitorState.AUTH
        assert f"MEDIANEST_{name.upper()}_" in (found.message or "")
    assert systems["qbittorrent"].refused == 1


async def test_an_address_that_is_none_is_said_and_nothing_else_suffers(
    sandbox: Sandbox, clock: ShiftedClock
) -> None:
    home = Household(sandbox, clock)
    await home.start(
        tautulli_url="tautulli:8181",
        tautulli_api_key="k",
        prowlarr_url="http://frida:hush@nas:9696",
        prowlarr_api_key="k",
    )

    found = await home.monitor("Tautulli")
    assert found.message == "MEDIANEST_TAUTULLI_URL cannot be used as it is."
    with_password = await home.monitor("Prowlarr")
    assert with_password.message == "The address must not contain a user name or password."
    assert {each.key: each.target for each in home.app.watched}["prowlarr"] == "http://nas:9696"


def test_nobody_outside_is_asked_but_whom_the_household_uses_or_names(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("MEDIANEST_PLEX_TV_URL", raising=False)
    assert outside_references(load(HealthSettings)) == []

    monkeypatch.setenv("MEDIANEST_PLEX_TOKEN", "t")
    monkeypatch.setenv("MEDIANEST_TMDB_API_KEY", "k")
    assert outside_references(load(HealthSettings)) == [
        Reference("plex.tv", 443),
        Reference("api.themoviedb.org", 443),
    ]

    monkeypatch.setenv("MEDIANEST_HEALTH_WAN_REFERENCES", "example.org:80")
    assert outside_references(load(HealthSettings)) == [Reference("example.org", 80)]


async def test_what_is_set_in_the_portal_counts_as_used_as_what_the_variables_name(
    monkeypatch: pytest.MonkeyPatch, clock: ShiftedClock
) -> None:
    monkeypatch.setenv("MEDIANEST_PLEX_TV_URL", "http://nowhere.invalid")
    settings = load(HealthSettings)
    references = references_of(lambda: settings, clock=clock)
    assert await references.silent(Network.WAN, but=()) == ()

    settings = settings.model_copy(update={"plex_token": SecretStr("t")})
    assert await references.silent(Network.WAN, but=()) == [Reference("nowhere.invalid", 80)]


def test_references_that_cannot_be_read_are_refused_at_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEDIANEST_HEALTH_LAN_REFERENCES", "http://router/")

    with pytest.raises(SettingsError, match=r"(?i)health_lan_references"):
        load(HealthSettings)


@pytest.mark.parametrize(
    "given, base",
    [
        ("http://nas:8096/web/index.html#!/home", "http://nas:8096"),
        ("http://nas/sabnzbd/", "http://nas/sabnzbd"),
        ("http://nas:8080/api?mode=version", "http://nas:8080"),
        ("http://nas:9696/api/v1/", "http://nas:9696"),
        ("http://nas:8080/api/v2", "http://nas:8080"),
    ],
)
def test_an_address_copied_with_more_than_the_base(
    monkeypatch: pytest.MonkeyPatch, given: str, base: str
) -> None:
    monkeypatch.setenv("MEDIANEST_SABNZBD_URL", given)

    assert load(HealthSettings).sabnzbd_url == base
