"""Who is asking."""

import pytest

from libs.common.tests.web.portal import API, MakePortal, Portal
from medianest_common.errors import Unavailable
from medianest_common.web.principal import Outdated


async def test_a_bearer_token_and_a_cookie_name_the_caller(portal: Portal) -> None:
    caller = portal.sign_in("good")
    async with portal.client(headers={"Authorization": "Bearer good"}) as client:
        by_header = await client.get(f"{API}/me")
    async with portal.browser("good") as client:
        by_cookie = await client.get(f"{API}/me")
    assert by_header.json()["user"] == by_cookie.json()["user"] == str(caller.user_id)


async def test_13_two_authorization_headers_are_400(portal: Portal) -> None:
    portal.sign_in("good")
    async with portal.client() as client:
        headers = [("Authorization", "Bearer good"), ("Authorization", "Bearer good")]
        assert (await client.get(f"{API}/me", headers=headers)).status_code == 400


async def test_13_a_bearer_wins_over_the_cookie_of_somebody_else(portal: Portal) -> None:
    ada = portal.sign_in("ada")
    portal.sign_in("bob")
    async with portal.browser("bob") as client:
        answer = await client.get(f"{API}/me", headers={"Authorization": "Bearer ada"})
    assert answer.json()["user"] == str(ada.user_id)


@pytest.mark.parametrize(
    "value", ["Bearer wrong", "Bearer", "Bearer ", "Basic Z29vZA==", "good", "", "Bearer gööd"]
)
async def test_13_a_bad_bearer_never_falls_back_to_the_cookie(portal: Portal, value: str) -> None:
    portal.sign_in("good")
    async with portal.browser("good") as client:
        answer = await client.get(f"{API}/me", headers=[(b"Authorization", value.encode())])
    assert answer.status_code == 401


async def test_an_old_or_revoked_cookie_is_nobody_so_that_one_can_sign_in_again(portal: Portal) -> None:
    portal.sign_in("old")
    async with portal.browser("old") as client:
        del portal.tokens["old"]
        assert (await client.get(f"{API}/me")).status_code == 401
        assert (await client.get(f"{API}/big")).status_code == 200


@pytest.mark.parametrize(
    "cookie",
    ['other={"a":"b,c"}; mn_at=good', "mn_at=good; mn_at=evil", "broken; =; mn_at=good", "ä=ö; mn_at=good"],
)
async def test_cookies_of_other_applications_on_the_host_do_not_sign_anybody_out(
    portal: Portal, cookie: str
) -> None:
    portal.sign_in("good")
    async with portal.client(headers=[(b"cookie", cookie.encode())]) as client:  # type: ignore[arg-type]
        assert (await client.get(f"{API}/me")).status_code == 200


async def test_when_nobody_can_tell_it_is_503_and_not_a_guess(portal: Portal) -> None:
    portal.sign_in("good")
    portal.away.append(Unavailable("No keys yet.", retry_after=2))
    async with portal.browser("good") as client:
        answer = await client.get(f"{API}/me")
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "2"


async def test_many_bad_tokens_from_one_address_are_stopped(make: MakePortal) -> None:
    portal = make(bad_tokens="5/minute")
    async with portal.client() as client:
        statuses = [
            (await client.get(f"{API}/big", headers={"Authorization": f"Bearer guess-{number}"})).status_code
            for number in range(8)
        ]
    portal.sign_in("good")
    async with portal.client(client=("198.51.100.1", 1), headers={"Authorization": "Bearer good"}) as client:
        elsewhere = await client.get(f"{API}/me")
    assert statuses[:5] == [401] * 5
    assert statuses[-1] == 429
    assert elsewhere.status_code == 200


async def test_a_webhook_keeps_its_own_authorization(portal: Portal) -> None:
    async with portal.client(headers={"Authorization": "a fixed secret"}) as client:
        answer = await client.post(f"{API}/webhooks/overseerr", content=b"hello")
    assert answer.status_code == 202
    assert answer.json() == {"length": 5, "authorization": "a fixed secret"}


async def test_an_outdated_token_is_no_guess_however_often_it_is_shown(make: MakePortal) -> None:
    portal = make(bad_tokens="5/minute")
    portal.away.append(Outdated("Renew it."))
    async with portal.client(headers={"Authorization": "Bearer old"}) as client:
        statuses = {(await client.get(f"{API}/me")).status_code for _ in range(8)}
    assert statuses == {401}
