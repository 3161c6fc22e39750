"""Signing in with Plex."""

import asyncio
from urllib.parse import parse_qs

import pytest

from medianest_auth.service import SERVICE
from medianest_common.contracts import auth
from medianest_common.contracts.identity import Role
from medianest_common.errors import MediaNestError
from medianest_common.testing.fake_plex import FakeAccount, Fault
from services.auth.tests.conftest import OWNER, Household, client


async def refusal(house: Household, login_id: str, **who: str) -> MediaNestError:
    with pytest.raises(MediaNestError) as refused:
        await house.verify_plex(login_id, **who)
    return refused.value


async def users(house: Household) -> int:
    ((count,),) = await house.rows("select count(*) from users")
    return int(count)


async def test_a_friend_agrees_at_plex_and_is_in(house: Household) -> None:
    frida = house.plex.add_friend("frida", email="frida@example.com")
    async with house.heard(auth.UserCreated) as created:
        started = await house.start_plex()
        assert await house.verify_plex(started.login_id) is None
        house.plex.claim_pin(started.code, frida)
        house.clock.advance(2)
        signed_in = await house.verify_plex(started.login_id)
        assert signed_in is not None
        event = await created.next(within=20)
    assert (signed_in.user.name, signed_in.user.email, signed_in.user.role) == (
        "frida",
        "frida@example.com",
        Role.USER,
    )
    assert signed_in.user.plex_linked
    assert event.plex_id == frida.id
    (member,) = house.plex_service.members
    assert (member.user_id, member.plex_id, member.server_token, member.restricted) == (
        signed_in.user.id,
        frida.id,
        frida.server_token,
        False,
    )


async def test_the_token_of_an_account_goes_to_the_plex_service_and_stays_nowhere_else(
    house: Household,
) -> None:
    """It finds the server with the owner's, and reads the watchlists of those who want that with their own."""
    frida = house.plex.add_friend("frida")
    for account in (frida, house.plex.owner):
        await house.sign_in_with_plex(account)

    told = [(m.machine_identifier, m.account_token) for m in house.plex_service.members]

    assert told == [(house.plex.machine_id, None), (house.plex.machine_id, house.plex.owner.token)]
    offered = house.plex_service.offered
    assert [offer.account_token for offer in offered] == [frida.token, house.plex.owner.token]
    assert [offer.user_id for offer in offered] == [member.user_id for member in house.plex_service.members]
    assert not any(token in repr((house.plex_service.members, offered)) for token in house.plex.tokens)


async def test_the_browser_is_sent_to_plex_and_back_to_us_and_nowhere_else(house: Household) -> None:
    """Report 35 of people who use request managers (S#2939): a window beside the page may never tell it anything, so it
    is the page itself that goes to Plex and comes back."""
    first, second = await house.start_plex(), await house.start_plex()
    base, _, fragment = first.auth_url.partition("#?")
    asked = {name: values[0] for name, values in parse_qs(fragment).items()}
    assert base == "https://app.plex.tv/auth"
    assert asked["forwardUrl"] == f"http://localhost:8585/login/plex/{first.login_id}"
    assert asked["code"] == first.code
    assert len(first.code) > 20
    identifiers = {request.headers["x-plex-client-identifier"] for request in house.plex.requests}
    assert identifiers == {asked["clientID"]}
    assert len({first.login_id, second.login_id}) == 2
    await house.sandbox.stop("auth")
    await house.sandbox.start(SERVICE)
    third = await house.start_plex()
    assert asked["clientID"] in third.auth_url


async def test_whoever_owns_the_plex_server_becomes_an_administrator_beside_the_owner(
    house: Household,
) -> None:
    owner = await house.set_up(email="boss@example.com")
    plex_owner = await house.sign_in_with_plex(house.plex.owner)
    assert plex_owner.user.role is Role.ADMIN
    assert plex_owner.user.id != owner.user.id


async def test_a_managed_user_has_no_address_and_is_welcome(house: Household) -> None:
    """Report 38 of people who use request managers (O#2788): without an address signing in broke down."""
    child = await house.sign_in_with_plex(house.plex.add_managed_user("Kid"))
    assert (child.user.name, child.user.email) == ("Kid", None)
    assert house.plex_service.members[0].restricted
    second = await house.sign_in_with_plex(house.plex.add_managed_user("Other kid"))
    assert second.user.id != child.user.id


async def test_attack_46_an_address_that_is_taken_opens_nobodys_account(house: Household) -> None:
    owner = await house.set_up()
    imposter = await house.sign_in_with_plex(house.plex.add_friend("imposter", email=OWNER.upper()))
    assert imposter.user.id != owner.user.id
    assert (imposter.user.email, imposter.user.role) == (None, Role.USER)
    assert (await house.sign_in()).user.id == owner.user.id


async def test_attack_46_an_address_that_plex_has_not_confirmed_is_nobodys(house: Household) -> None:
    squatter = house.plex.add_friend("squatter", email="somebody@example.com")
    squatter.confirmed = False
    assert (await house.sign_in_with_plex(squatter)).user.email is None
    squatter.confirmed = True
    assert (await house.sign_in_with_plex(squatter)).user.email == "somebody@example.com"


async def test_attack_47_a_person_is_the_number_at_plex_not_the_address(house: Household) -> None:
    frida = house.plex.add_friend("frida", email="frida@example.com")
    before = await house.sign_in_with_plex(frida)
    frida.email, frida.title = "frida.new@example.com", "Frida K."
    async with house.heard(auth.UserChanged) as changed:
        after = await house.sign_in_with_plex(frida)
        event = await changed.next()
    assert (after.user.id, after.user.email, after.user.name) == (
        before.user.id,
        "frida.new@example.com",
        "Frida K.",
    )
    assert (event.version, event.email) == (2, "frida.new@example.com")
    recycled = await house.sign_in_with_plex(house.plex.add_friend("new", email="frida@example.com"))
    assert recycled.user.id != before.user.id
    assert recycled.user.email == "frida@example.com"
    frida.email = "frida@example.com"
    assert (await house.sign_in_with_plex(frida)).user.email == "frida.new@example.com"


async def test_attack_49_two_first_sign_ins_of_one_person_make_one_user(house: Household) -> None:
    frida = house.plex.add_friend("frida", email="frida@example.com")
    browsers = [f"browser-{n}" for n in range(4)]
    started = [await house.start_plex(frida, browser=browser) for browser in browsers]
    async with house.second_replica():
        signed_in = await asyncio.gather(
            *(
                house.verify_plex(start.login_id, browser=browser)
                for start, browser in zip(started, browsers, strict=True)
            )
        )
    assert len({each.user.id for each in signed_in if each}) == 1
    assert len({each.session_id for each in signed_in if each}) == 4
    assert await users(house) == 1


async def test_attack_50_a_stranger_is_told_which_account_was_tried_and_leaves_no_row(
    house: Household,
) -> None:
    started = await house.start_plex(house.plex.add_stranger("mallory", email="mallory@example.com"))
    refused = await refusal(house, started.login_id)
    assert (refused.status, refused.code) == (403, "NO_SERVER_ACCESS")
    assert "mallory" in refused.detail
    assert await users(house) == 0
    assert await house.rows("select reason from audit") == [("no_server_access",)]


async def test_attack_50_an_invitation_not_yet_accepted_or_taken_back_is_no_access(house: Household) -> None:
    invited = house.plex.add_friend("invited", pending=True)
    assert (await refusal(house, (await house.start_plex(invited)).login_id)).code == "NO_SERVER_ACCESS"
    house.plex.accept_invitation(invited)
    assert await house.sign_in_with_plex(invited)
    house.plex.remove_access(invited)
    assert (await refusal(house, (await house.start_plex(invited)).login_id)).code == "NO_SERVER_ACCESS"


async def test_a_player_with_the_servers_identifier_is_not_the_server(house: Household) -> None:
    house.plex.plex_tv.other_resources.append(
        {"clientIdentifier": house.plex.machine_id, "provides": "client,player", "accessToken": "x"}
    )
    started = await house.start_plex(house.plex.add_stranger("mallory"))
    assert (await refusal(house, started.login_id)).code == "NO_SERVER_ACCESS"


async def test_attack_51_another_browser_cannot_collect_the_sign_in(house: Household) -> None:
    started = await house.start_plex(house.plex.add_friend("frida"))
    for thief in ("browser-two", ""):
        assert (await refusal(house, started.login_id, browser=thief)).status == 404
    assert (await refusal(house, "1000000000")).status == 404
    assert await house.verify_plex(started.login_id) is not None


async def test_attack_51_a_sign_in_without_a_browser_is_not_started(house: Household) -> None:
    with pytest.raises(MediaNestError) as refused:
        await house.call(auth.StartPlexSignIn(client=client(browser="")))
    assert refused.value.status == 400


async def test_attack_51_polling_fast_asks_plex_once_a_second_and_is_stopped(house: Household) -> None:
    started = await house.start_plex()
    answers: list[int] = []
    with house.clock.held():
        for _ in range(40):
            try:
                assert await house.verify_plex(started.login_id) is None
                answers.append(202)
            except MediaNestError as error:
                answers.append(error.status)
    polls = [request for request in house.plex.requests if request.method == "GET"]
    assert len(polls) == 1
    assert answers[-1] == 429
    assert answers[:10] == [202] * 10


async def test_attack_51_verifying_twice_in_the_same_browser_is_one_session(house: Household) -> None:
    started = await house.start_plex(house.plex.add_friend("frida"))
    first = await house.verify_plex(started.login_id)
    second = await house.verify_plex(started.login_id)
    assert first is not None
    assert second is not None
    assert (first.session_id, first.refresh_token, first.device_token) == (
        second.session_id,
        second.refresh_token,
        second.device_token,
    )
    assert await house.rows("select count(*) from sessions") == [(1,)]
    await house.refresh(first.refresh_token)
    assert (await refusal(house, started.login_id)).status == 410


async def test_attack_51_after_a_quarter_of_an_hour_it_is_too_late(house: Household) -> None:
    """Report 35 of people who use request managers: nobody waits for ever, and they are told."""
    started = await house.start_plex(house.plex.add_friend("frida"))
    house.clock.advance(901)
    refused = await refusal(house, started.login_id)
    assert (refused.status, refused.code) == (410, "PLEX_SIGN_IN_EXPIRED")


async def test_a_pin_that_plex_has_forgotten_has_expired(house: Household) -> None:
    started = await house.start_plex()
    house.plex.tv.fail_with(404, path="/api/v2/pins")
    assert (await refusal(house, started.login_id)).code == "PLEX_SIGN_IN_EXPIRED"


async def test_starting_over_and_over_is_stopped_before_it_burns_pins(house: Household) -> None:
    for _ in range(10):
        await house.start_plex()
    with pytest.raises(MediaNestError) as refused:
        await house.start_plex()
    assert refused.value.status == 429
    assert await house.start_plex(ip="192.0.2.11")


@pytest.mark.parametrize("path", ["/api/v2/pins", "/api/v2/user", "/api/v2/resources"])
@pytest.mark.parametrize("fault", [401, 429, 500, 503, "html", "malformed", "empty", "drop", "truncate"])
async def test_attack_52_whatever_plex_answers_the_person_can_try_again(
    house: Household, fault: Fault, path: str
) -> None:
    """Report 36 of people who use request managers (O#4252): they were back at the sign-in without a word."""
    started = await house.start_plex(house.plex.add_friend("frida"))
    house.plex.tv.fail_with(fault, path=path)
    refused = await refusal(house, started.login_id)
    assert (refused.status, refused.code) == (503, "PLEX_UNREACHABLE")
    house.plex.tv.heal()
    house.clock.advance(120)
    assert await house.verify_plex(started.login_id) is not None


async def test_attack_52_a_plex_that_hangs_or_is_gone_is_given_up(house: Household) -> None:
    started = await house.start_plex(house.plex.add_friend("frida"))
    house.plex.tv.fail_with("hang", path="/api/v2/user")
    assert (await refusal(house, started.login_id)).code == "PLEX_UNREACHABLE"
    house.plex.tv.heal()
    house.plex.tv.fail_with("refuse")
    house.clock.advance(120)
    assert (await refusal(house, started.login_id)).code == "PLEX_UNREACHABLE"
    with pytest.raises(MediaNestError) as refused:
        await house.start_plex()
    assert refused.value.code == "PLEX_UNREACHABLE"


async def test_attack_52_no_token_is_kept_logged_or_put_into_an_address(
    house: Household, capsys: pytest.CaptureFixture[str]
) -> None:
    account = house.plex.add_friend("frida", email="frida@example.com")
    signed_in = await house.sign_in_with_plex(account)
    stored = ""
    for (table,) in await house.rows("select tablename from pg_tables where schemaname = 'auth'"):
        stored += repr(await house.rows(f"select * from {table}"))
    logged = "".join(capsys.readouterr())
    assert "signed_in" in logged
    for secret in (
        *house.plex.tokens,
        signed_in.refresh_token,
        signed_in.access_token,
        signed_in.device_token,
    ):
        assert secret not in stored
        assert secret not in logged
        assert secret not in repr([request.query for request in house.plex.requests])


async def test_the_plex_service_may_be_away_or_hang_once_the_server_is_known(house: Household) -> None:
    frida = house.plex.add_friend("frida")
    await house.sign_in_with_plex(frida)
    house.plex_service.hanging = asyncio.Event()
    assert await house.sign_in_with_plex(frida)
    house.plex_service.hanging.set()
    await house.sandbox.stop("plex")
    assert await house.sign_in_with_plex(frida)


async def test_without_a_known_server_nobody_can_sign_in_and_plex_is_not_offered(house: Household) -> None:
    await house.sandbox.stop("plex")
    assert not (await house.call(auth.GetProviders())).plex
    started = await house.start_plex(house.plex.add_friend("frida"))
    assert (await refusal(house, started.login_id)).code == "PLEX_UNREACHABLE"
    assert await users(house) == 0


async def test_a_suspended_person_is_not_let_in_by_plex(house: Household) -> None:
    frida = house.plex.add_friend("frida")
    signed_in = await house.sign_in_with_plex(frida)
    await house.change("update users set status = 'suspended' where id = :id", id=signed_in.user.id)
    started = await house.start_plex(frida)
    assert (await refusal(house, started.login_id)).code == "ACCOUNT_SUSPENDED"
    assert await house.rows("select count(*) from sessions") == [(1,)]


async def test_names_from_plex_are_shown_without_tricks(house: Household) -> None:
    account: FakeAccount = house.plex.add_friend("frida")
    account.title = "admin\u202e\u200b\n\x00 " + "x" * 300
    signed_in = await house.sign_in_with_plex(account)
    assert signed_in.user.name == ("admin " + "x" * 300)[:80]
