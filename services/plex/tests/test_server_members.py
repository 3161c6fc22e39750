"""Who has access to the server, as plex.tv says it to the owner."""

from itertools import product

import pytest

from medianest.testing import Sandbox, eventually
from medianest_common.contracts.plex import (
    GetServerIdentity,
    ListServerMembers,
    MemberKind,
    MemberRefused,
    SearchLibrary,
)
from medianest_common.errors import MediaNestError
from medianest_common.testing.fake_plex import FakePlex, Fault
from medianest_common.testing.fake_plex.recorded import FIXTURES
from medianest_plex.service import SERVICE
from services.plex.tests.household import Household

_USERS, _SHARES = "/api/users", "/api/servers"
_ASKED = ("/api/v2/user", "/api/v2/resources", _USERS, _SHARES)
_FAULTS: tuple[Fault, ...] = (401, 429, 500, 503, "html", "malformed", "empty", "drop", "truncate")
_PARTS = (
    "<MediaContainer size='2'><User id='1'/><SharedServer userID='1'/></MediaContainer>",
    "<MediaContainer totalSize='3' size='1'><User id='1'/><SharedServer userID='1'/></MediaContainer>",
    "<MediaContainer size='1'><User title='x'/><SharedServer username='x'/></MediaContainer>",
    "<MediaContainer/>",
    "<Response code='410' status='Gone'/>",
    "<!DOCTYPE x [<!ENTITY y 'z'>]><MediaContainer size='0'/>",
    (FIXTURES / "plextv" / "ha_shared_users.xml").read_text("utf-8"),
)
"""The last one was cut by whoever published it: it says three and holds two."""


async def members(home: Household) -> dict[str, tuple[int, MemberKind]]:
    answer = await home.sandbox.bus.call(ListServerMembers(), timeout=15)
    return {member.name: (member.plex_id, member.kind) for member in answer.items}


async def unknown(home: Household) -> MediaNestError:
    with pytest.raises(MediaNestError) as failed:
        await members(home)
    return failed.value


async def test_everybody_with_access_is_named_and_nobody_else(home: Household) -> None:
    fritz = home.plex.add_friend("fritz", email="fritz@example.com", libraries=["Movies"])
    mia = home.plex.add_managed_user("Mia")
    home.plex.add_friend("invited", pending=True)
    home.plex.add_stranger("mallory")
    gone = home.plex.add_friend("gone")
    home.plex.remove_access(gone)

    answer = await home.sandbox.bus.call(ListServerMembers(), timeout=15)

    assert [(m.plex_id, m.kind, m.name, m.email, m.restricted) for m in answer.items] == [
        (home.plex.owner.id, MemberKind.OWNER, "olivia", "olivia@example.com", False),
        (fritz.id, MemberKind.FRIEND, "fritz", "fritz@example.com", False),
        (mia.id, MemberKind.HOME, "Mia", None, True),
    ]
    assert not [token for token in home.plex.tokens if token in answer.model_dump_json()]
    asked = [request for request in home.plex.requests if request.server == "tv"]
    assert {request.token for request in asked} == {home.plex.owner.token}
    assert not [request for request in asked if request.token_in_url]


async def test_an_owner_alone_is_a_complete_list(home: Household) -> None:
    assert list(await members(home)) == ["olivia"]


async def test_attack_52_no_fault_of_plex_tv_looks_like_a_list(home: Household) -> None:
    home.plex.add_friend("fritz")
    for path, fault in product(_ASKED, _FAULTS):
        home.plex.tv.fail_with(fault, path=path)
        home.plex.requests.clear()
        failed = await unknown(home)
        assert any(request.path.startswith(path) for request in home.plex.requests)
        expected = "PLEX_TOKEN_REFUSED" if fault == 401 else "PLEX_TV_UNAVAILABLE"
        assert (path, fault, failed.status, failed.code) == (path, fault, 503, expected)
        home.plex.tv.heal()
        home.later(120)
    assert "fritz" in await members(home)


async def test_attack_52_a_stall_is_given_up_in_time(home: Household) -> None:
    home.plex.tv.fail_with("hang", path=_SHARES)
    assert (await unknown(home)).code == "PLEX_TV_UNAVAILABLE"


async def test_a_part_of_a_list_is_no_list(home: Household) -> None:
    for path, body in product((_USERS, _SHARES), _PARTS):
        home.plex.tv.say(body, path=path)
        home.plex.requests.clear()
        assert (path, body, (await unknown(home)).code) == (path, body, "PLEX_TV_UNAVAILABLE")
        assert any(request.path.startswith(path) for request in home.plex.requests)
        home.plex.tv.heal()
        home.later(120)


async def test_two_lists_that_differ_take_nobodys_access(home: Household) -> None:
    home.plex.add_friend("fritz")
    nobody = "<MediaContainer size='0'/>"
    for path in (_USERS, _SHARES):
        home.plex.tv.say(nobody, path=path)
        assert "fritz" in await members(home)
        home.plex.tv.heal()
    home.plex.tv.say(nobody, path=_USERS)
    home.plex.tv.say(nobody, path=_SHARES)
    assert list(await members(home)) == ["olivia"]


async def test_the_list_of_somebody_who_does_not_own_the_server_is_not_taken(
    sandbox: Sandbox, plex: FakePlex
) -> None:
    friend = plex.add_friend("fritz")
    await sandbox.start(SERVICE, plex_url=plex.server_url, plex_token=plex.server_token)
    await sandbox.bus.call(GetServerIdentity())
    await sandbox.stop("plex")
    for token, says in ((friend.token, "fritz"), (plex.server_token, "account token")):
        await sandbox.start(SERVICE, plex_token=token, plex_tv_url=plex.tv_url)
        with pytest.raises(MediaNestError) as failed:
            await sandbox.bus.call(ListServerMembers(), timeout=15)
        assert (failed.value.status, failed.value.code) == (503, "PLEX_TOKEN_REFUSED")
        assert says in failed.value.detail
        await sandbox.stop("plex")


async def test_without_plex_it_is_said_that_it_is_not_set_up(sandbox: Sandbox, plex: FakePlex) -> None:
    """Also where it was set up before."""
    await sandbox.start(
        SERVICE, plex_url=plex.server_url, plex_token=plex.owner.token, plex_tv_url=plex.tv_url
    )
    await sandbox.bus.call(ListServerMembers(), timeout=15)
    await sandbox.stop("plex")
    await sandbox.start(SERVICE, plex_url="", plex_token=None)
    with pytest.raises(MediaNestError) as failed:
        await sandbox.bus.call(ListServerMembers())
    assert failed.value.code == "PLEX_NOT_SET_UP"


async def test_a_refused_token_is_told_once_however_many_looks_find_it(home: Household) -> None:
    account = home.plex.add_friend("fritz")
    friend = await home.signed_in(account)
    told: list[MemberRefused] = []

    async def hear(message: object) -> None:
        told.append(MemberRefused.model_validate_json(message.data))  # type: ignore[attr-defined]

    await home.sandbox.nats.subscribe(MemberRefused.subject, cb=hear)
    home.plex.remove_access(account)
    for _ in range(3):
        with pytest.raises(MediaNestError):
            await home.ask(SearchLibrary(query="heat"), by=friend)
    other = await home.signed_in(second := home.plex.add_friend("second"))
    home.plex.remove_access(second)
    with pytest.raises(MediaNestError):
        await home.ask(SearchLibrary(query="heat"), by=other)

    async def both_told() -> bool:
        return len(told) >= 2

    await eventually(both_told)
    assert [(each.user_id, each.plex_id) for each in told] == [(friend, account.id), (other, second.id)]
