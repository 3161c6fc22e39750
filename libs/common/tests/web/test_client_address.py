"""Who is calling, when proxies stand between."""

import pytest

from libs.common.tests.web.portal import API, Portal

PROXY = ("10.1.2.3", 40_000)
STRANGER = ("192.0.2.7", 40_000)


@pytest.mark.parametrize(
    "forwarded, client",
    [
        ("203.0.113.9", "203.0.113.9"),
        ("198.51.100.1, 203.0.113.9", "203.0.113.9"),
        ("203.0.113.9, 10.9.9.9, 10.8.8.8", "203.0.113.9"),
        ("127.0.0.1, 203.0.113.9", "203.0.113.9"),
        ("10.7.7.7, 10.8.8.8", "10.7.7.7"),
        ("203.0.113.9:51234", "203.0.113.9"),
        ("[2001:db8::1]:443", "2001:db8::1"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
    ],
)
async def test_58_a_trusted_proxy_is_believed_from_right_to_left(
    portal: Portal, forwarded: str, client: str
) -> None:
    async with portal.client(client=PROXY, headers={"X-Forwarded-For": forwarded}) as http:
        assert (await http.get(f"{API}/address")).json()["ip"] == client


@pytest.mark.parametrize(
    "forwarded",
    [
        "nonsense",
        "203.0.113.9, nonsense",
        "",
        ",",
        ", ".join(["10.9.9.9"] * 1000),
        "127.0.0.1\x0b",
        "1.2.3.4.5",
    ],
)
async def test_57_a_header_that_makes_no_sense_is_ignored(portal: Portal, forwarded: str) -> None:
    async with portal.client(client=PROXY, headers={"X-Forwarded-For": forwarded}) as http:
        answer = await http.get(f"{API}/address")
    assert answer.status_code == 200
    assert answer.json()["ip"] == PROXY[0]


@pytest.mark.parametrize("filler", ["198.51.100.1", "nonsense", "10.1.1.1", "127.0.0.1"])
async def test_attack_57_a_list_without_end_hides_nobody(portal: Portal, filler: str) -> None:
    """Whoever the proxy itself has named is counted, whatever else was written before it."""
    forwarded = ", ".join([filler] * 1000 + ["203.0.113.9", "10.8.8.8"])
    async with portal.client(client=PROXY, headers={"X-Forwarded-For": forwarded}) as http:
        assert (await http.get(f"{API}/address")).json()["ip"] == "203.0.113.9"


@pytest.mark.parametrize("peer", [PROXY, STRANGER])
@pytest.mark.parametrize(
    "forwarded", ["for=203.0.113.9", 'proto=https;For="[2001:db8:cafe::17]:4711", for=127.0.0.1', "nonsense"]
)
async def test_57_what_a_client_writes_in_forwarded_changes_nothing(
    portal: Portal, peer: tuple[str, int], forwarded: str
) -> None:
    """nginx passes it through as the client has written it, with a X-Forwarded-For of its own or without."""
    async with portal.client(client=peer, headers={"Forwarded": forwarded}) as http:
        told = (await http.get(f"{API}/address")).json()
    assert told["ip"] == peer[0] and "forwarded" not in told["headers"]
    both = {"Forwarded": forwarded, "X-Forwarded-For": "198.51.100.7"}
    async with portal.client(client=PROXY, headers=both) as http:
        assert (await http.get(f"{API}/address")).json()["ip"] == "198.51.100.7"


async def test_57_nobody_else_is_believed_and_their_headers_are_taken_away(portal: Portal) -> None:
    """Attacks 57 and 106: forwarded headers of a stranger."""
    claims = {
        "X-Forwarded-For": "127.0.0.1",
        "X-Real-IP": "127.0.0.1",
        "Forwarded": "for=127.0.0.1",
        "CF-Connecting-IP": "127.0.0.1",
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Uri": "/admin",
        "Remote-User": "owner",
    }
    async with portal.client(client=STRANGER, headers=claims) as http:
        answer = (await http.get(f"{API}/address")).json()
    assert answer["ip"] == STRANGER[0]
    assert not {name.lower() for name in claims} & set(answer["headers"])


@pytest.mark.parametrize("name", ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"])
async def test_35_method_overrides_do_nothing(portal: Portal, name: str) -> None:
    """Attack 35: the method is the one on the request line."""
    async with portal.client(client=PROXY, headers={name: "DELETE"}) as http:
        answer = await http.get(f"{API}/address?_method=DELETE")
    assert answer.status_code == 200
    assert name.lower() not in answer.json()["headers"]


async def test_57_a_stranger_who_changes_the_header_each_time_is_still_counted_once(portal: Portal) -> None:
    """Attack 57: 429 after the 20 that the rule allows."""
    statuses = []
    async with portal.browser(client=STRANGER) as http:
        for number in range(22):
            answer = await http.post(f"{API}/auth/login", headers={"X-Forwarded-For": f"203.0.113.{number}"})
            statuses.append(answer.status_code)
    assert statuses == [200] * 20 + [429] * 2


async def test_57_one_household_of_ipv6_is_one_client(portal: Portal) -> None:
    statuses = []
    for number in range(21):
        async with portal.browser(client=(f"2001:db8:1:2::{number:x}", 1)) as http:
            statuses.append((await http.post(f"{API}/auth/login")).status_code)
    async with portal.browser(client=("2001:db8:1:3::1", 1)) as http:
        neighbour = await http.post(f"{API}/auth/login")
    assert statuses == [200] * 20 + [429]
    assert neighbour.status_code == 200


async def test_58_two_clients_of_one_proxy_have_counts_of_their_own(portal: Portal) -> None:
    """Attack 58: the second is not stopped for what the first has done."""
    async with portal.browser(client=PROXY) as http:
        for _ in range(21):
            first = await http.post(f"{API}/auth/login", headers={"X-Forwarded-For": "203.0.113.1"})
        second = await http.post(f"{API}/auth/login", headers={"X-Forwarded-For": "203.0.113.2"})
    assert first.status_code == 429
    assert second.status_code == 200


async def test_58_the_proxy_itself_is_never_stopped(portal: Portal) -> None:
    async with portal.browser(client=PROXY) as http:
        statuses = {(await http.post(f"{API}/auth/login")).status_code for _ in range(25)}
    assert statuses == {200}
