"""The owner has another password, or the household another server: no restart, and nothing is lost."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

from medianest.testing import Sandbox, eventually
from medianest_common.clock import uuid7
from medianest_common.contracts.identity import Role
from medianest_common.contracts.platform import CheckStatus
from medianest_common.contracts.plex import GetServerIdentity, ListServerMembers, RememberMember
from medianest_common.contracts.plex.connection import (
    ConnectionWay,
    GetPlexConnection,
    ListPlexServers,
    PlexConnection,
    ReconnectPlex,
)
from medianest_common.errors import MediaNestError
from medianest_common.service import Runtime, Service
from medianest_common.testing.fake_plex import FakePlex
from medianest_common.testing.shifted_clock import ShiftedClock
from medianest_plex import jobs
from medianest_plex.app import PlexApp
from medianest_plex.service import SERVICE, open_app
from services.plex.tests.household import Household
from services.plex.tests.test_leaving import leave, rows


@pytest.fixture
async def other() -> AsyncIterator[FakePlex]:
    async with FakePlex.start(server_name="Holiday Home") as other:
        yield other


@pytest.fixture
async def found(sandbox: Sandbox, plex: FakePlex, clock: ShiftedClock) -> Callable[..., Any]:
    """Starts the service with the account's token and no address, unless settings say otherwise."""

    async def start(**settings: Any) -> Household:
        home = Household(sandbox, plex, clock)
        base = {"plex_tv_url": plex.tv_url, "plex_token": plex.owner.token}
        await sandbox.start(SERVICE, **base | settings)
        return home

    return start


def watched(apps: list[PlexApp]) -> Service:
    """The service, whose inside a test may look at."""

    @asynccontextmanager
    async def opening(runtime: Runtime[Any]) -> AsyncIterator[PlexApp]:
        async with open_app(runtime) as app:
            apps.append(app)
            yield app

    return replace(SERVICE, open_app=opening)


async def reconnect(home: Household, **command: Any) -> PlexConnection:
    return await home.ask(ReconnectPlex(**command), role=Role.ADMIN)


async def is_well(home: Household) -> bool:
    home.clock.advance(31)
    state = await home.ask(GetPlexConnection())
    return state.online and state.token_accepted is True


async def is_unwell(home: Household) -> bool:
    return not await is_well(home)


async def owner_signs_in(home: Household) -> RememberMember:
    """What the auth service tells then."""
    owner = home.plex.owner
    command = RememberMember(
        user_id=uuid7(),
        plex_id=owner.id,
        server_token=owner.server_token,
        restricted=False,
        owns_server=True,
        machine_identifier=home.plex.machine_id,
        account_token=owner.token,
    )
    await home.sandbox.bus.call(command, timeout=60)
    return command


async def test_a_late_refusal_of_the_old_token_does_not_count_against_the_new_one(
    sandbox: Sandbox, plex: FakePlex, clock: ShiftedClock
) -> None:
    apps: list[PlexApp] = []
    quiet = replace(watched(apps), handlers=replace(SERVICE.handlers, timers=[], listeners=[]))
    home = Household(sandbox, plex, clock)
    await sandbox.start(quiet, plex_url=plex.server_url, plex_token=plex.owner.token, plex_tv_url=plex.tv_url)
    plex.reset_password(plex.owner)
    plex.server.fail_with(
        "hang", times=1, path="/", after=1
    )  # Who is there is answered, and the token not yet.
    assert apps[0].set_up
    look = asyncio.create_task(apps[0].set_up.watch.look(patience=10))

    async def is_asked(times: int) -> bool:
        return [request.path for request in plex.requests].count("/") >= times

    await eventually(lambda: is_asked(1))
    assert (await reconnect(home, token=plex.owner.token)).token_accepted
    asked = [request.path for request in plex.requests].count("/")

    plex.server.heal()
    plex.server.fail_with("hang", times=1, path="/")  # And what the late look then tries takes its time.
    await eventually(lambda: is_asked(asked + 1))
    clock.advance(31)
    assert (await home.ask(GetPlexConnection())).token_accepted

    plex.server.heal()
    assert (await look).token_accepted


@pytest.mark.parametrize("manual", [False, True])
async def test_report_8_a_new_password_needs_a_new_token_and_nothing_else(
    found: Callable[..., Any], plex: FakePlex, manual: bool
) -> None:
    home = await found(**{"plex_url": plex.server_url} if manual else {})
    await eventually(lambda: is_well(home))
    before = await home.ask(GetServerIdentity())
    plex.reset_password(plex.owner)
    await home.says(CheckStatus.DEGRADED)

    answer = await reconnect(home, token=f" {plex.owner.token}\n")

    assert (answer.online, answer.token_accepted, answer.url) == (True, True, plex.server_url)
    assert await home.ask(GetServerIdentity()) == before
    assert await home.libraries() == ["Movies", "TV Shows", "Grown-ups"]
    assert (await home.ask(ListServerMembers())).items[0].plex_id == plex.owner.id
    await home.sandbox.stop("plex")
    await home.sandbox.start(SERVICE)
    await eventually(lambda: is_well(home))  # With the old settings, but the later token is kept.


@pytest.mark.parametrize("manual", [False, True])
async def test_the_owner_signing_in_with_plex_is_enough(
    found: Callable[..., Any], plex: FakePlex, manual: bool
) -> None:
    home = await found(**{"plex_url": plex.server_url} if manual else {})
    await eventually(lambda: is_well(home))
    plex.reset_password(plex.owner)

    await owner_signs_in(home)

    await eventually(lambda: is_well(home))
    assert (await home.ask(ListServerMembers())).items[0].plex_id == plex.owner.id
    [(token,)] = await rows(home, "select token from plex.owner_accounts")
    assert plex.owner.token not in token


@pytest.mark.parametrize("manual", [False, True])
async def test_a_replica_that_was_not_told_of_a_later_token_finds_it_by_itself(
    sandbox: Sandbox, plex: FakePlex, clock: ShiftedClock, manual: bool
) -> None:
    """What tells of it is heard by whoever is connected at that moment."""
    apps: list[PlexApp] = []
    settings = {"plex_url": plex.server_url} if manual else {}
    base = {"plex_tv_url": plex.tv_url, "plex_token": plex.owner.token}
    await sandbox.start(watched(apps), **base | settings)
    home = Household(sandbox, plex, clock)
    await eventually(lambda: is_well(home))
    plex.reset_password(plex.owner)
    await eventually(lambda: is_unwell(home))
    async with apps[0].db.transaction() as tx:
        account = apps[0].reached.connection.account
        await account.give(plex.owner.token, machine_identifier=plex.machine_id, tx=tx)

    async def well_again() -> bool:
        clock.advance(300)
        return await is_well(home)

    await eventually(well_again)


async def test_a_friend_signing_in_changes_no_token(found: Callable[..., Any], plex: FakePlex) -> None:
    home = await found()
    await eventually(lambda: is_well(home))
    frida = plex.add_friend("frida", libraries=["Movies"])

    for machine, owned in ((plex.machine_id, False), ("another", True)):
        await home.sandbox.bus.call(
            RememberMember(
                user_id=uuid7(),
                plex_id=frida.id,
                server_token=frida.server_token,
                restricted=False,
                owns_server=owned,
                machine_identifier=machine,
                account_token=frida.token,
            )
        )

    assert await rows(home, "select 1 from plex.owner_accounts") == []


async def test_what_was_given_for_one_server_goes_to_no_other_at_the_same_address(
    found: Callable[..., Any], plex: FakePlex
) -> None:
    home = await found(plex_url=plex.server_url)
    await eventually(lambda: is_well(home))
    plex.reset_password(plex.owner)
    await owner_signs_in(home)
    await eventually(lambda: is_well(home))
    plex.media_server.machine_id = "f" * 40
    await home.sandbox.stop("plex")
    plex.requests.clear()
    await home.sandbox.start(SERVICE)

    assert not await is_well(home)

    assert plex.owner.token not in {request.token for request in plex.requests}


async def test_another_of_the_owners_servers_can_be_chosen(
    found: Callable[..., Any], plex: FakePlex, other: FakePlex
) -> None:
    plex.own_as_well(other)
    home = await found()
    await eventually(lambda: is_well(home))

    answer = await reconnect(home, machine_identifier=other.machine_id)

    assert (answer.online, answer.name, answer.url) == (True, "Holiday Home", other.server_url)
    await home.sandbox.stop("plex")
    await home.sandbox.start(SERVICE)
    await eventually(lambda: is_well(home))
    assert (await home.ask(GetServerIdentity())).machine_identifier == other.machine_id


async def test_without_a_token_in_the_settings_one_that_is_given_sets_plex_up(
    found: Callable[..., Any], plex: FakePlex
) -> None:
    home = await found(plex_token=None)
    assert (await home.ask(GetPlexConnection())).set_up is False

    answer = await reconnect(home, token=plex.owner.token)

    assert (answer.set_up, answer.online, answer.name) == (True, True, "Living Room")


async def test_a_token_in_the_settings_that_is_newer_comes_first(
    found: Callable[..., Any], plex: FakePlex
) -> None:
    home = await found()
    await eventually(lambda: is_well(home))
    await reconnect(home, token=plex.owner.token)
    plex.reset_password(plex.owner)
    await home.sandbox.stop("plex")
    await home.sandbox.start(SERVICE, plex_token=plex.owner.token)

    await eventually(lambda: is_well(home))


@pytest.mark.parametrize(
    "given, code",
    [
        ({"token": "claim-aBcD"}, "TOKEN_NOT_TAKEN"),
        ({"token": "wrong"}, "TOKEN_NOT_TAKEN"),
        ({"token": "schlüssel"}, "TOKEN_NOT_TAKEN"),
        ({"machine_identifier": "unknown"}, "NO_SUCH_SERVER"),
    ],
)
@pytest.mark.parametrize("manual", [False, True])
async def test_report_53_what_cannot_be_right_is_said_in_words_and_changes_nothing(
    found: Callable[..., Any], plex: FakePlex, given: dict[str, str], code: str, manual: bool
) -> None:
    home = await found(**{"plex_url": plex.server_url} if manual else {})
    await eventually(lambda: is_well(home))

    with pytest.raises(MediaNestError) as refused:
        await reconnect(home, **given)

    assert refused.value.code == code
    assert not any(value in refused.value.detail for value in given.values() if len(value) > 5)
    await eventually(lambda: is_well(home))


async def test_only_administrators_reconnect(found: Callable[..., Any], plex: FakePlex) -> None:
    home = await found()
    with pytest.raises(MediaNestError) as refused:
        await home.ask(ReconnectPlex(token=plex.owner.token))
    assert refused.value.status == 403


async def test_the_token_goes_with_the_person_who_gave_it(found: Callable[..., Any], plex: FakePlex) -> None:
    home = await found()
    await eventually(lambda: is_well(home))
    settings_token = plex.owner.token
    plex.owner.token = "a-second-device-of-the-owner"
    person = (await owner_signs_in(home)).user_id

    assert (await leave(home, person))["owner_accounts"] == 1

    assert await rows(home, "select 1 from plex.owner_accounts") == []
    plex.owner.token = settings_token
    await eventually(lambda: is_well(home))


async def test_no_way_of_asking_tells_a_token(found: Callable[..., Any], plex: FakePlex) -> None:
    home = await found()
    await eventually(lambda: is_well(home))
    answer = await reconnect(home, token=plex.owner.token)
    listed = await home.ask(ListPlexServers(), role=Role.ADMIN)
    state = await home.ask(GetPlexConnection())

    text = f"{answer} {listed} {state} {ReconnectPlex(token=plex.owner.token)!r}"

    assert any(c.way is ConnectionWay.LOCAL_HTTP for s in listed.items for c in s.connections)
    assert not any(token in text for token in plex.tokens)


@pytest.mark.parametrize("manual", [False, True])
async def test_report_27_both_tokens_are_looked_at_and_not_the_servers_alone(
    sandbox: Sandbox, plex: FakePlex, clock: ShiftedClock, manual: bool
) -> None:
    """The server goes on taking its own token. Beside an address in the settings that is all there need be."""
    apps: list[PlexApp] = []
    settings = {"plex_url": plex.server_url, "plex_token": plex.server_token} if manual else {}
    base = {"plex_tv_url": plex.tv_url, "plex_token": plex.owner.token}
    await sandbox.start(watched(apps), **base | settings)
    home = Household(sandbox, plex, clock)
    await eventually(lambda: is_well(home))
    plex.owner.token = "the-present-one"

    clock.advance(25 * 3600)
    await jobs.keep_account(apps[0])

    async def said() -> bool:
        check = await home.check()
        assert check.status is (CheckStatus.OK if manual else CheckStatus.DEGRADED), check
        return ("plex.tv does not accept" in (check.message or "")) is not manual

    await eventually(said)
    if not manual:
        await reconnect(home, token=plex.owner.token)
        await home.says(CheckStatus.OK, later=0)
        await jobs.keep_account(apps[0])
        assert [r.token for r in plex.requests if r.path == "/api/v2/ping"] == [plex.owner.token]
