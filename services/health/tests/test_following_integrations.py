"""What administrators set is watched as it is set, wherever it belongs to, and can be tried before."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from medianest.testing import Sandbox, eventually
from medianest_common.contracts.health import MonitorState, integrations
from medianest_common.contracts.identity import Role
from medianest_common.contracts.integrations import Integration, IntegrationKind, TrialOutcome, TrialReport
from medianest_common.contracts.media import integrations as of_media
from medianest_common.errors import MediaNestError
from medianest_common.testing.fake_arr import FakeRadarr
from medianest_common.testing.shifted_clock import ShiftedClock
from medianest_health.use_cases.follow_integrations import following_integrations
from medianest_health.use_cases.look_around import look_around
from medianest_media.service import SERVICE as MEDIA
from services.health.tests.household import Household
from services.health.tests.listening import listen

RADARR = IntegrationKind.RADARR


@pytest.fixture
async def radarr(clock: ShiftedClock) -> AsyncIterator[FakeRadarr]:
    async with FakeRadarr.start(clock=clock) as fake:
        yield fake


@asynccontextmanager
async def following(sandbox: Sandbox, clock: ShiftedClock, **settings: Any) -> AsyncIterator[Household]:
    """Both services, of which this one follows."""
    await sandbox.start(MEDIA, **settings)
    home = Household(sandbox, clock)
    await home.start(**settings)
    async with following_integrations(home.app):
        yield home


async def change(sandbox: Sandbox, kind: IntegrationKind = RADARR, **values: Any) -> Integration:
    module: Any = (
        integrations if kind in (IntegrationKind.JELLYFIN, IntegrationKind.QBITTORRENT) else of_media
    )
    given = {"url": "", "secret": None, "enabled": True, "options": {}, "version": 0} | values
    with sandbox.as_user(role=Role.ADMIN):
        changed: Integration = await sandbox.bus.call(
            module.ChangeIntegration(integration=kind, **given), timeout=20
        )
    return changed


async def attempt(sandbox: Sandbox, kind: IntegrationKind = RADARR, **values: Any) -> TrialReport:
    with sandbox.as_user(role=Role.ADMIN):
        return await sandbox.bus.call(of_media.TryIntegration(integration=kind, **values), timeout=30)


async def watched_as(home: Household, name: str, state: MonitorState) -> None:
    async def so() -> bool:
        await home.look()
        found = {each.name: each.status for each in await home.monitors()}
        return found.get(name) is state

    await eventually(so)


async def test_what_is_set_in_another_service_is_watched_with_its_key(
    sandbox: Sandbox, clock: ShiftedClock, radarr: FakeRadarr
) -> None:
    async with following(sandbox, clock) as home:
        assert "Radarr" not in {each.name for each in await home.monitors()}
        await change(sandbox, url=radarr.url, secret=radarr.api_key)
        await watched_as(home, "Radarr", MonitorState.UP)
        await change(sandbox, url=radarr.url, secret="another", version=1)
        await watched_as(home, "Radarr", MonitorState.AUTH)
        # What is wrong is said without the name of a variable that would not mend it.
        assert "MEDIANEST_" not in ((await home.monitor("Radarr")).message or "")
        await change(sandbox, url=radarr.url, secret=radarr.api_key, enabled=False, version=2)

        async def gone() -> bool:
            await home.look()
            return "Radarr" not in {each.name for each in await home.monitors()}

        await eventually(gone)


async def test_what_was_set_comes_before_the_variables_from_the_start(
    sandbox: Sandbox, clock: ShiftedClock, radarr: FakeRadarr
) -> None:
    settings: dict[str, Any] = {"radarr_url": "http://127.0.0.1:9", "radarr_api_key": "old"}
    await sandbox.start(MEDIA, **settings)
    await change(sandbox, url=radarr.url, secret=radarr.api_key)
    home = Household(sandbox, clock)
    await home.start(**settings)
    async with following_integrations(home.app):
        await watched_as(home, "Radarr", MonitorState.UP)


async def test_a_trial_says_in_words_what_is_wrong(
    sandbox: Sandbox, clock: ShiftedClock, radarr: FakeRadarr
) -> None:
    async with following(sandbox, clock):
        fine = await attempt(sandbox, url=radarr.url, secret=radarr.api_key)
        assert (fine.outcome, fine.latency_ms is not None) == (TrialOutcome.OK, True)
        wrong = await attempt(sandbox, url=radarr.url, secret="wrong")
        assert (wrong.outcome, "does not accept its API key" in (wrong.message or "")) == (
            TrialOutcome.KEY_REFUSED,
            True,
        )
        nobody = await attempt(sandbox, url="http://127.0.0.1:9", secret="k")
        assert nobody.outcome is TrialOutcome.FAILED and nobody.message
        another = await attempt(sandbox, IntegrationKind.SONARR, url=radarr.url, secret=radarr.api_key)
        assert another.outcome is TrialOutcome.FAILED and "does not look like Sonarr" in (
            another.message or ""
        )
        unknown = await attempt(sandbox, url="http://no-such-host.invalid", secret="k")
        assert unknown.outcome is TrialOutcome.FAILED and unknown.message
        tls = await attempt(sandbox, url=radarr.url.replace("http://", "https://"), secret="k")
        assert tls.outcome is TrialOutcome.FAILED and tls.message
        assert len({each.message for each in (nobody, another, unknown, tls)}) == 4


async def test_a_stored_key_is_tried_at_its_own_address_only(
    sandbox: Sandbox, clock: ShiftedClock, radarr: FakeRadarr
) -> None:
    async with following(sandbox, clock):
        await change(sandbox, url=radarr.url, secret=radarr.api_key)
        assert (await attempt(sandbox)).outcome is TrialOutcome.OK
        assert (await attempt(sandbox, url=radarr.url + "/")).outcome is TrialOutcome.OK
        with pytest.raises(MediaNestError) as refused:
            await attempt(sandbox, url="http://10.0.0.9:7878")
        assert [each.field for each in refused.value.errors or ()] == ["secret"]


async def test_what_is_only_watched_is_set_here_and_is_there_after_a_restart(
    sandbox: Sandbox, clock: ShiftedClock
) -> None:
    async with following(sandbox, clock) as home:
        await change(sandbox, IntegrationKind.JELLYFIN, url="http://127.0.0.1:9", secret="the-key")
        await watched_as(home, "Jellyfin", MonitorState.DOWN)
    await sandbox.stop("health")
    await home.start()
    assert await home.state("Jellyfin") is MonitorState.DOWN


async def test_a_restart_without_the_service_that_uses_it_neither_drops_nor_moves_what_was_set(
    sandbox: Sandbox, clock: ShiftedClock, radarr: FakeRadarr
) -> None:
    async with FakeRadarr.start(clock=clock) as former:
        variables: dict[str, Any] = {"radarr_url": former.url, "radarr_api_key": former.api_key}
        async with following(sandbox, clock, **variables) as home:
            told = await listen(home)
            await change(sandbox, url=radarr.url, secret=radarr.api_key)
            await watched_as(home, "Radarr", MonitorState.UP)
            radarr.fail_with("refuse")
            await home.rounds(2)
            assert await told.of("Radarr", 1) == ["MonitorWentDown"]
        for service in ("health", "media"):
            await sandbox.stop(service)
        asked = len(former.calls)
        await home.start(alone=True, **variables)
        for _ in range(3):
            clock.advance(50)
            await home.probers[-1].turn()
            await home.probers[-1].settled()
            await look_around(home.app)
        assert await home.state("Radarr") is MonitorState.UNKNOWN, "nobody can say"
        assert len(former.calls) == asked
        await sandbox.start(MEDIA, **variables)
        async with following_integrations(home.app):
            await watched_as(home, "Radarr", MonitorState.DOWN)
            radarr.heal()
            await home.rounds(2)
            assert await told.of("Radarr", 2) == ["MonitorWentDown", "MonitorRecovered"]
            assert told.events[0].incident_id == told.events[1].incident_id


async def test_what_the_variables_name_is_watched_while_the_service_that_uses_it_is_away(
    sandbox: Sandbox, clock: ShiftedClock, radarr: FakeRadarr
) -> None:
    home = Household(sandbox, clock)
    for _ in range(2):
        await home.start(alone=True, radarr_url=radarr.url, radarr_api_key=radarr.api_key)
        await home.look()
        assert await home.state("Radarr") is MonitorState.UP
        await sandbox.stop("health")
