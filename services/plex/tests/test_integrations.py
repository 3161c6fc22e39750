"""Plex is set by administrators while the service runs: an address, or an account that plex.tv leads on from."""

from typing import Any

import pytest

from medianest.testing import Sandbox, eventually
from medianest_common.bus import Context, use
from medianest_common.contracts.identity import Role
from medianest_common.contracts.integrations import HandedOver, Integration, IntegrationKind, TrialOutcome
from medianest_common.contracts.plex import GetServer, integrations
from medianest_common.contracts.plex.connection import GetPlexConnection, PlexConnection
from medianest_common.errors import MediaNestError
from medianest_common.testing.fake_plex import FakePlex
from medianest_common.testing.shifted_clock import ShiftedClock
from medianest_plex.service import SERVICE
from services.plex.tests.household import Household

PLEX = IntegrationKind.PLEX


async def change(home: Household, **values: Any) -> Integration:
    given = {"url": "", "secret": None, "enabled": True, "options": {}, "version": 0} | values
    changed: Integration = await home.ask(
        integrations.ChangeIntegration(integration=PLEX, **given), role=Role.ADMIN
    )
    return changed


async def leads_to(home: Household, plex: FakePlex) -> PlexConnection:
    async def so() -> PlexConnection | None:
        home.clock.advance(31)
        state: PlexConnection = await home.ask(GetPlexConnection())
        well = state.online and state.token_accepted is True
        return state if well and state.machine_identifier == plex.machine_id else None

    return await eventually(so)


@pytest.fixture
async def bare(sandbox: Sandbox, plex: FakePlex, clock: ShiftedClock) -> Household:
    await sandbox.start(SERVICE, plex_tv_url=plex.tv_url)
    return Household(sandbox, plex, clock)


async def test_an_address_with_its_token_is_used_at_once(bare: Household, plex: FakePlex) -> None:
    assert (await bare.ask(GetPlexConnection())).set_up is False
    changed = await change(bare, url=f"{plex.server_url}/web/index.html#!/", secret=plex.owner.token)
    assert changed.configured and plex.owner.token not in changed.model_dump_json()
    await leads_to(bare, plex)


async def test_an_account_without_an_address_leads_to_its_server(bare: Household, plex: FakePlex) -> None:
    await change(bare, secret=plex.owner.token)
    await leads_to(bare, plex)


async def test_another_server_is_followed_by_every_replica_and_kept_over_a_restart(
    home: Household, plex: FakePlex, sandbox: Sandbox
) -> None:
    await leads_to(home, plex)
    async with FakePlex.start(server_name="Holiday Home") as other:
        await sandbox.start(SERVICE)
        await change(home, url=other.server_url, secret=other.owner.token)

        async def all_follow() -> bool:
            for _ in range(8):
                await leads_to(home, other)
            return True

        await eventually(all_follow)
        await sandbox.stop("plex")
        await sandbox.start(SERVICE)
        await leads_to(home, other)
        await home.ask(integrations.RemoveIntegration(integration=PLEX), role=Role.ADMIN)
        await leads_to(home, plex)
    assert (await home.ask(GetServer())).name == "Living Room"


async def test_the_tokens_address_and_account_are_not_mixed_up(bare: Household, plex: FakePlex) -> None:
    """What opens an account is not sent to an address that somebody sets beside it."""
    await change(bare, secret=plex.owner.token)
    with pytest.raises(MediaNestError) as refused:
        await change(bare, url="http://10.0.0.9:32400", version=1)
    assert [each.field for each in refused.value.errors or ()] == ["secret"]
    with pytest.raises(MediaNestError) as refused:
        await change(bare, secret="claim-abcdefghijklmnop", version=1)
    assert "claim code" in str(refused.value.errors)


async def test_a_trial_of_an_account_says_what_is_wrong(bare: Household, plex: FakePlex) -> None:
    async def attempt(**values: Any) -> Any:
        return await bare.ask(
            integrations.TryIntegration(integration=PLEX, url="", **values), role=Role.ADMIN
        )

    assert (await attempt(secret=plex.owner.token)).outcome is TrialOutcome.OK
    assert (await attempt(secret="not-a-token")).outcome is TrialOutcome.KEY_REFUSED
    unknown = await attempt(secret=plex.owner.token, options={"server": "Cellar"})
    assert unknown.outcome is TrialOutcome.FAILED and "no server with this name" in unknown.message
    assert (await bare.ask(GetPlexConnection())).set_up is False


async def test_the_token_travels_sealed_to_who_watches(home: Household, plex: FakePlex) -> None:
    with use(Context(correlation_id="handing-over")):
        raw = await home.sandbox.bus.call_raw(integrations.HandOverIntegrations(), timeout=10)
    [handed] = HandedOver.model_validate_json(raw).items
    assert (handed.url, handed.secret is not None) == (plex.server_url, True)
    assert plex.owner.token.encode() not in raw
