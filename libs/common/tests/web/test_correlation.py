"""Every answer carries an id, made before anything can refuse the request."""

import re

import pytest

from libs.common.tests.web.portal import API, Portal

TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


async def test_a_good_id_is_kept_and_reaches_the_route(portal: Portal) -> None:
    async with portal.client(headers={"X-Correlation-ID": "abc-123-XYZ"}) as client:
        answer = await client.get(f"{API}/context")
    assert answer.headers["x-correlation-id"] == answer.json()["correlation"] == "abc-123-XYZ"


@pytest.mark.parametrize(
    "sent",
    [
        "short",
        "x" * 65,
        "with space in it",
        'a"} {"level":"fake"',
        "abcdefgh\x1b[31m",
        "äöüäöüäöü",
        "../../etc/passwd",
    ],
)
async def test_97_a_hostile_id_is_replaced(portal: Portal, sent: str) -> None:
    """Attack 97: log injection through the correlation id."""
    async with portal.client() as client:
        answer = await client.get(f"{API}/context", headers=[(b"x-correlation-id", sent.encode())])
    assert re.fullmatch(r"[A-Za-z0-9-]{8,64}", answer.headers["x-correlation-id"])
    assert answer.headers["x-correlation-id"] != sent


@pytest.mark.parametrize(
    "path, headers, status",
    [
        (f"{API}/nowhere", {}, 404),
        (f"{API}/me", {"Host": "evil.example"}, 421),
        (f"{API}/me", {"Authorization": "Bearer wrong"}, 401),
        (f"{API}/search?query=%00", {}, 422),
        (f"{API}/broken", {}, 500),
    ],
)
async def test_refusals_carry_the_id_and_say_it_in_the_problem(
    portal: Portal, path: str, headers: dict[str, str], status: int
) -> None:
    async with portal.client(headers={"X-Correlation-ID": "abc-123-XYZ", **headers}) as client:
        answer = await client.get(path)
    assert answer.status_code == status
    assert answer.headers["x-correlation-id"] == answer.json()["correlationId"] == "abc-123-XYZ"


async def test_a_trace_is_carried_on(portal: Portal) -> None:
    async with portal.client(headers={"traceparent": TRACE}) as client:
        answer = await client.get(f"{API}/context")
    assert answer.json()["traceparent"] == TRACE
    assert answer.json()["deadline"]


@pytest.mark.parametrize("sent", [None, "00-zz-1-01", f"00-{'0' * 32}-00f067aa0ba902b7-01", f"{TRACE}\x00"])
async def test_a_broken_trace_is_begun_anew(portal: Portal, sent: str | None) -> None:
    async with portal.client(headers={"traceparent": sent} if sent else {}) as client:
        trace = (await client.get(f"{API}/context")).json()["traceparent"]
    assert re.fullmatch(r"00-[0-9a-f]{32}-[0-9a-f]{16}-01", trace)
    assert trace != sent
