"""We answer to our own names only."""

import pytest

from libs.common.tests.web.portal import API, Portal
from libs.common.tests.web.wire import Wire, request, statuses


@pytest.mark.parametrize(
    "host",
    ["nest.test", "NEST.TEST", "nest.test:8080", "other.test", "localhost:8585", "127.0.0.1:1", "[::1]:80"],
)
async def test_our_names_are_answered_on_any_port(portal: Portal, host: str) -> None:
    async with portal.client(headers={"Host": host}) as client:
        assert (await client.get(f"{API}/big")).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "nest.test.evil.example",
        "evil-nest.test",
        "nest.test:80@evil.example",
        "nest.test@evil.example",
        "nest.test/evil",
        "nest.test evil",
        "nest.test:",
        "nest.test:99999999",
        "[::2]",
        "",
    ],
)
async def test_39_other_names_and_port_tricks_are_421(portal: Portal, host: str) -> None:
    """Attack 39: Host of another site, and `ours:80@evil`."""
    async with portal.client(headers={"Host": host}) as client:
        answer = await client.get(f"{API}/big")
    assert answer.status_code == 421
    assert answer.json()["code"] == "HOST_REFUSED"


async def test_probes_that_know_only_an_address_may_ask_for_health(portal: Portal) -> None:
    async with portal.client(headers={"Host": "172.17.0.3:8585"}) as client:
        assert (await client.get("/health")).status_code == 200
        assert (await client.get(f"{API}/big")).status_code == 421


async def test_39_an_absolute_request_line_does_not_change_who_we_are(wire: Wire) -> None:
    """Attack 39: `GET http://evil/…` with our Host."""
    answer = await wire.say(request("GET", f"http://evil.example{API}/nowhere"))
    assert statuses(answer) == [404]
    assert b"evil" not in answer


async def test_39_two_hosts_are_refused(wire: Wire) -> None:
    answer = await wire.say(request("GET", f"{API}/big", headers=["Host: evil.example"]))
    assert statuses(answer) in ([400], [421])


async def test_without_a_host_there_is_no_answer(wire: Wire) -> None:
    answer = await wire.say(f"GET {API}/big HTTP/1.0\r\n\r\n".encode())
    assert statuses(answer) in ([400], [421])
