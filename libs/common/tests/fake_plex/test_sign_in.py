"""PINs, accounts and access at the pretend plex.tv."""

from xml.etree import ElementTree

import httpx
import pytest

from medianest_common.clock import ManualClock
from medianest_common.testing.fake_plex import FakePlex


async def test_a_claimed_pin_gives_the_account_token(plex: FakePlex, tv: httpx.AsyncClient) -> None:
    friend = plex.add_friend("frida")
    made = await tv.post("/api/v2/pins", params={"strong": "true"})
    assert made.status_code == 201
    assert made.json()["authToken"] is None
    assert len(made.json()["code"]) > 20
    plex.claim_pin(made.json()["code"], friend)
    assert (await tv.get(f"/api/v2/pins/{made.json()['id']}")).json()["authToken"] == friend.token


async def test_a_pin_is_hidden_from_another_client_identifier(tv: httpx.AsyncClient) -> None:
    made = await tv.post("/api/v2/pins")
    answer = await tv.get(
        f"/api/v2/pins/{made.json()['id']}", headers={"X-Plex-Client-Identifier": "someone-else"}
    )
    assert answer.status_code == 404
    assert answer.json()["errors"][0]["code"] == 1020


async def test_a_pin_expires_by_the_clock(plex: FakePlex, tv: httpx.AsyncClient, clock: ManualClock) -> None:
    made = (await tv.post("/api/v2/pins")).json()
    clock.advance(made["expiresIn"])
    assert (await tv.get(f"/api/v2/pins/{made['id']}")).status_code == 404
    with pytest.raises(LookupError):
        plex.claim_pin(made["code"], plex.owner)


async def test_a_pin_needs_a_client_identifier(plex: FakePlex) -> None:
    async with httpx.AsyncClient(timeout=5) as anonymous:
        answer = await anonymous.post(f"{plex.tv_url}/api/v2/pins", headers={"Accept": "application/json"})
    assert answer.status_code == 400


async def test_the_sign_in_page_claims_the_pin_and_sends_the_person_back(
    plex: FakePlex, tv: httpx.AsyncClient
) -> None:
    friend = plex.add_friend("frida <b>")
    code = (await tv.post("/api/v2/pins")).json()["code"]
    page = await tv.get("/auth", params={"code": code, "forwardUrl": "http://localhost:8585/back"})
    assert "frida &lt;b&gt;" in page.text
    assert f'value="{code}"' in page.text
    form = {"code": code, "account": str(friend.id), "forwardUrl": "http://localhost:8585/back?login=1"}
    claimed = await tv.post("/auth", data=form)
    assert claimed.status_code == 303
    assert claimed.headers["location"] == "http://localhost:8585/back?login=1"


async def test_an_unknown_token_is_refused_in_the_form_of_the_v2_api(tv: httpx.AsyncClient) -> None:
    answer = await tv.get("/api/v2/user", headers={"X-Plex-Token": "nobody"})
    assert answer.status_code == 401
    assert answer.json() == {
        "errors": [{"code": 1001, "message": "User could not be authenticated", "status": 401}]
    }


async def test_xml_is_the_default_of_every_version(plex: FakePlex, tv: httpx.AsyncClient) -> None:
    headers = {"X-Plex-Token": plex.owner.token, "Accept": "*/*"}
    user = ElementTree.fromstring((await tv.get("/api/v2/user", headers=headers)).text)
    assert user.tag == "user"
    assert user.get("id") == str(plex.owner.id)


async def test_only_those_with_access_find_the_server_among_their_resources(
    plex: FakePlex, tv: httpx.AsyncClient
) -> None:
    friend, pending = plex.add_friend("frida"), plex.add_friend("paul", pending=True)
    stranger = plex.add_stranger("sam")
    found = {}
    for account in (plex.owner, friend, pending, stranger):
        answer = await tv.get("/api/v2/resources", headers={"X-Plex-Token": account.token})
        found[account.username] = [
            (entry["clientIdentifier"], entry["owned"], entry["accessToken"]) for entry in answer.json()
        ]
    assert found == {
        "olivia": [(plex.machine_id, True, plex.owner.server_token)],
        "frida": [(plex.machine_id, False, friend.server_token)],
        "paul": [],
        "sam": [],
    }


async def test_the_local_connection_of_the_server_answers(plex: FakePlex, tv: httpx.AsyncClient) -> None:
    resources = (await tv.get("/api/v2/resources", headers={"X-Plex-Token": plex.owner.token})).json()
    async with httpx.AsyncClient(timeout=5) as client:
        uri = resources[0]["connections"][0]["uri"]
        identity = await client.get(f"{uri}/identity", headers={"Accept": "application/json"})
    assert identity.json()["MediaContainer"]["machineIdentifier"] == plex.machine_id


async def test_the_owners_list_names_everyone_but_the_owner(plex: FakePlex, tv: httpx.AsyncClient) -> None:
    plex.add_friend("frida", email="frida@example.com", libraries=["Movies"])
    plex.add_friend("paul", pending=True)
    plex.add_stranger("sam")
    answer = await tv.get("/api/users", headers={"X-Plex-Token": plex.owner.token})
    users = ElementTree.fromstring(answer.text)
    listed = {
        user.get("username"): [
            (s.get("machineIdentifier"), s.get("pending"), s.get("numLibraries")) for s in user
        ]
        for user in users
    }
    assert listed == {"frida": [(plex.machine_id, "0", "1")], "paul": [(plex.machine_id, "1", "2")]}


async def test_shared_servers_tells_which_sections_are_shared(plex: FakePlex, tv: httpx.AsyncClient) -> None:
    plex.add_friend("frida", libraries=["Movies"])
    path = f"/api/servers/{plex.machine_id}/shared_servers"
    shared = ElementTree.fromstring((await tv.get(path, headers={"X-Plex-Token": plex.owner.token})).text)
    assert [(s.get("title"), s.get("shared")) for s in shared[0]] == [("Movies", "1"), ("TV Shows", "0")]


async def test_a_managed_user_has_no_name_and_no_address(plex: FakePlex, tv: httpx.AsyncClient) -> None:
    child = plex.add_managed_user("Kim")
    user = (await tv.get("/api/v2/user", headers={"X-Plex-Token": child.token})).json()
    assert (user["username"], user["email"], user["restricted"]) == ("", None, True)


async def test_removed_access_ends_at_plex_tv_and_at_the_server(
    plex: FakePlex, tv: httpx.AsyncClient
) -> None:
    friend = plex.add_friend("frida")
    old = friend.server_token
    plex.remove_access(friend)
    assert (await tv.get("/api/v2/resources", headers={"X-Plex-Token": friend.token})).json() == []
    async with httpx.AsyncClient(timeout=5) as client:
        refused = await client.get(f"{plex.server_url}/library/sections", headers={"X-Plex-Token": old})
    assert refused.status_code == 401


@pytest.mark.parametrize("path", ["/api/friends/1", "/api/invites/requested", "/api/invites/requests"])
async def test_dead_paths_are_gone(plex: FakePlex, tv: httpx.AsyncClient, path: str) -> None:
    answer = await tv.get(path, headers={"X-Plex-Token": plex.owner.token})
    assert answer.status_code == 410
    assert ElementTree.fromstring(answer.text).get("code") == "410"


async def test_every_call_is_on_record_with_what_it_carried(plex: FakePlex, tv: httpx.AsyncClient) -> None:
    await tv.get("/api/v2/user", headers={"X-Plex-Token": plex.owner.token})
    await tv.get("/api/v2/user", params={"X-Plex-Token": plex.owner.token})
    assert [(call.server, call.path, call.token_in_url) for call in plex.requests] == [
        ("tv", "/api/v2/user", False),
        ("tv", "/api/v2/user", True),
    ]
    assert {call.token for call in plex.requests} == {plex.owner.token}
