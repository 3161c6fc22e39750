"""How large and how slow a request may be; mostly on a real socket, where it matters."""

import asyncio

import pytest
from fastapi import FastAPI

from libs.common.tests.web.portal import API, MakePortal, Portal
from libs.common.tests.web.wire import Wire, request, statuses

JSON = "Content-Type: application/json"
CHUNKED = "Transfer-Encoding: chunked"
MIB = 1 << 20


async def test_89_a_body_that_says_it_is_too_large_is_refused_unread(wire: Wire) -> None:
    answer = await wire.say(request("POST", f"{API}/films", headers=[JSON, f"Content-Length: {MIB + 1}"]))
    assert statuses(answer) == [413]
    assert b"PAYLOAD_TOO_LARGE" in answer


async def test_89_an_endless_body_ends_at_the_limit(wire: Wire) -> None:
    """Attack 89: chunks without end."""
    chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    answer = await wire.say(request("POST", f"{API}/films", headers=[JSON, CHUNKED]), *[chunk] * 18)
    assert statuses(answer) in ([413], [])
    small = await wire.say(
        request("POST", f"{API}/films", headers=[JSON, CHUNKED]), *[chunk] * 17, pause=0.01
    )
    assert statuses(small) == [413]


async def test_89_a_webhook_is_bounded_like_anything_else(wire: Wire) -> None:
    body = b"x" * MIB
    fits = await wire.say(request("POST", f"{API}/webhooks/overseerr", body=body))
    too_large = await wire.say(
        request("POST", f"{API}/webhooks/overseerr", headers=[f"Content-Length: {MIB + 1}"])
    )
    assert statuses(fits) == [202]
    assert statuses(too_large) == [413]


@pytest.mark.parametrize("encoding", ["gzip", "br", "deflate", "gzip, gzip", "x"])
async def test_89_compressed_requests_are_415(portal: Portal, encoding: str) -> None:
    """Attack 89: a bomb is never unpacked."""
    async with portal.client(headers={"Content-Encoding": encoding}) as client:
        answer = await client.post(f"{API}/films", json={"title": "x"})
    assert answer.status_code == 415


async def test_89_92_a_body_that_trickles_is_408_and_the_connection_ends(hasty_wire: Wire) -> None:
    """Attacks 89 and 92: one byte at a time."""
    head = request("POST", f"{API}/films", headers=[JSON, "Content-Length: 1000"])
    answer = await hasty_wire.say(head, *[b" "] * 8, pause=0.1)
    assert statuses(answer) == [408]


async def test_89_a_body_shorter_than_promised_is_408(hasty_wire: Wire) -> None:
    answer = await hasty_wire.say(
        request("POST", f"{API}/films", headers=[JSON, "Content-Length: 50"]), b"{}"
    )
    assert statuses(answer) == [408]
    assert hasty_wire.portal.created == []


async def test_89_a_body_longer_than_promised_is_not_a_second_request(wire: Wire) -> None:
    body = b'{"title":"x"}'
    smuggled = request("POST", f"{API}/films", headers=[JSON], body=b'{"title":"smuggled"}')
    head = request("POST", f"{API}/films", headers=[JSON], body=body)
    answer = await wire.say(head + smuggled)
    assert statuses(answer) == [201]
    assert wire.portal.created == ["x"]


@pytest.mark.parametrize(
    "headers",
    [
        [f"X-{number}: x" for number in range(200)],
        ["X-Long: " + "x" * 65_536],
    ],
)
async def test_91_too_many_or_too_long_headers_are_431(wire: Wire, headers: list[str]) -> None:
    answer = await wire.say(request("GET", f"{API}/big", headers=headers))
    assert statuses(answer) == [431]


@pytest.mark.parametrize(
    "lines",
    [
        ["Content-Length: 6", CHUNKED],
        [CHUNKED, "Content-Length: 6"],
        ["Transfer-Encoding: xchunked"],
        ["Transfer-Encoding: chunked, identity"],
        ["Content-Length: 5", "Content-Length: 6"],
        ["Content-Length: -1"],
        ["Content-Length: 1_0"],
        ["X-A: b\r\n folded: yes"],
        ["X-Nul: a\x00b"],
        ["X Space: a"],
    ],
)
async def test_91_ambiguous_requests_get_one_answer_and_it_is_no_success(
    hasty_wire: Wire, lines: list[str]
) -> None:
    """Attack 91: CL.TE, TE.CL, folding, NUL. The second request must not come to life."""
    hidden = request("POST", f"{API}/films", headers=[JSON], body=b'{"title":"hidden"}')
    head = request("POST", f"{API}/films", headers=[JSON, *lines]).replace(b"Connection: close\r\n", b"")
    answer = await hasty_wire.say(head + b"0\r\n\r\nG" + hidden)
    assert len(statuses(answer)) <= 1 or set(statuses(answer)) == {400}
    assert all(status in (400, 408, 411, 415, 422, 431) for status in statuses(answer))
    assert hasty_wire.portal.created == []


async def test_a_very_long_address_is_414(portal: Portal) -> None:
    async with portal.client() as client:
        assert (await client.get(f"{API}/search", params={"query": "x" * 9000})).status_code == 414


@pytest.mark.parametrize(
    "path, status",
    [
        ("search?query=%00", 422),
        ("search?query=a%00b", 422),
        ("films/%00", 422),
        ("nowhere%00", 422),
        ("search?query=%ff", 400),
        ("search?query=%ed%a0%80", 400),
        ("films/%ed%a0%80", 400),
        ("search?query=%f0%9f%8e%ac%20%25%26", 200),
    ],
)
async def test_85_86_an_address_holds_text_that_can_be_stored(portal: Portal, path: str, status: int) -> None:
    """Attacks 85 and 86: NUL and lone surrogates in path and query."""
    async with portal.client() as client:
        assert (await client.get(f"{API}/{path}")).status_code == status


async def test_a_request_that_takes_too_long_is_504(make: MakePortal) -> None:
    portal = make(request_seconds=0.05)
    cancelled = asyncio.Event()
    _hang(portal.app, cancelled)
    async with portal.client() as client:
        answer = await client.get(f"{API}/hang")
    assert answer.status_code == 504
    assert answer.json()["code"] == "REQUEST_TIMED_OUT"
    assert cancelled.is_set()


async def test_a_path_may_have_its_own_time(make: MakePortal) -> None:
    portal = make(request_seconds=0.05, exceptions={f"{API}/slow": {"timeout": 5.0}})

    @portal.app.get(f"{API}/slow")
    async def slow() -> dict[str, bool]:
        await asyncio.sleep(0.15)
        return {"ok": True}

    async with portal.client() as client:
        assert (await client.get(f"{API}/slow")).status_code == 200


def _hang(app: FastAPI, cancelled: asyncio.Event) -> None:
    @app.get(f"{API}/hang")
    async def hang() -> None:
        try:
            await asyncio.sleep(30)
        finally:
            cancelled.set()
