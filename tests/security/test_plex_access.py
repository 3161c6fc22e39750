"""Access to the Plex server that is taken away, or cannot be found out, as people at their browsers feel it."""

import asyncio

from medianest.testing import AT_ONCE, eventually
from medianest_common.contracts.live import CloseCode
from medianest_common.testing.fake_plex import FakeAccount
from tests.security.conftest import House
from tests.world import Person


async def _is_in(person: Person) -> bool:
    return (await person.get("/users/me")).status_code == 200


async def _refused_by_the_server(house: House, person: Person, account: FakeAccount) -> None:
    """The share is taken away, and the person's next look into the library finds it out."""
    house.world.plex.remove_access(account)
    house.world.plex.requests.clear()
    answer = await person.get("/plex/search", params={"query": "film"})
    assert (answer.status_code, answer.json()["code"]) == (403, "PLEX_ACCESS_LOST")


async def _asked(house: House, path: str) -> int:
    return sum(
        request.path.startswith(path) for request in house.world.plex.requests if request.server == "tv"
    )


async def _bert(house: House) -> tuple[Person, FakeAccount]:
    bert = await house.world.friend("Bert")
    return bert, next(a for a in house.world.plex.accounts.all if a.username == "Bert")


def test_attack_50_whose_share_is_taken_away_is_out_of_pages_and_socket_within_a_second(house: House) -> None:
    house.do(_out_within_a_second(house))


async def _out_within_a_second(house: House) -> None:
    bert, account = await _bert(house)
    live = await house.world.listen(bert)
    await _refused_by_the_server(house, bert, account)
    loop = asyncio.get_running_loop()

    async def lists_read() -> bool:
        return await _asked(house, "/api/users") > 0 and await _asked(house, "/api/servers") > 0

    await eventually(lists_read)
    began = loop.time()

    async def out() -> bool:
        return not await _is_in(bert)

    await eventually(out, within=AT_ONCE)
    assert await live.closed(within=max(0.01, began + AT_ONCE - loop.time())) == CloseCode.REVOKED
    assert await _is_in(house.frida)
    assert await _is_in(house.olive)

    await house.forgive()
    await bert.arrive()
    assert (await bert.post("/auth/refresh")).status_code == 401
    await bert.arrive()
    started = (await bert.post("/auth/plex/pin")).raise_for_status().json()
    house.world.plex.claim_pin(started["code"], account)
    refused = await bert.post("/auth/plex/verify", {"loginId": started["loginId"]})
    assert (refused.status_code, refused.json()["code"]) == (403, "NO_SERVER_ACCESS")
    assert "Bert" in refused.json()["detail"]

    account.access = "friend"
    await bert.sign_in_with_plex(house.world.plex, account)
    assert await _is_in(bert)


def test_an_administrator_sees_whom_an_import_would_make_and_then_makes_them(house: House) -> None:
    house.do(_imported(house))


async def _imported(house: House) -> None:
    plex = house.world.plex
    plex.add_managed_user("Kid")
    found = (await house.olive.get("/admin/users/plex-candidates")).raise_for_status().json()
    assert [(each["name"], each["email"], each["kind"]) for each in found["items"]] == [("Kid", None, "home")]
    assert found["skipped"] == [{"name": "olivia", "reason": "owns_server"}]

    first = (await house.olive.post("/admin/users/import-plex")).raise_for_status().json()
    again = (await house.olive.post("/admin/users/import-plex")).raise_for_status().json()

    assert (first["created"], again["created"]) == (1, 0)
    assert again["unchanged"] == found["known"] + 1
    names = [each["name"] for each in (await house.olive.get("/admin/users?limit=100")).json()["items"]]
    assert names.count("Kid") == 1
    assert await _is_in(house.olive)


def test_attack_52_while_plex_tv_is_down_nobody_is_out(house: House) -> None:
    """The last one here: the portal leaves plex.tv alone for a while after this."""
    house.do(_nobody_is_out(house))


async def _nobody_is_out(house: House) -> None:
    plex, log = house.world.plex, house.world.product.log
    anna = await house.world.friend("Anna")
    account = plex.accounts.all[-1]
    live = await house.world.listen(anna)
    written = log.stat().st_size
    plex.tv.fail_with(500)
    try:
        await _refused_by_the_server(house, anna, account)

        async def looked_in_vain() -> bool:
            return b"plex_access_unknown" in log.read_bytes()[written:]

        await eventually(looked_in_vain)
        assert await _asked(house, "/api/v2/user") > 0
        for person in (anna, house.frida, house.olive):
            assert await _is_in(person)
        await anna.refresh()
        assert not live.close_codes
    finally:
        plex.tv.heal()
