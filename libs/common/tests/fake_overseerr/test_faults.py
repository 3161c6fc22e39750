"""Every fault looks to a client as it should, and ends with `heal`."""

import asyncio

import httpx
import pytest

from medianest_common.testing.fake_overseerr import FakeOverseerr

MOVIE = {"mediaType": "movie", "mediaId": 603, "is4k": False}


async def healthy(client: httpx.AsyncClient) -> bool:
    return (await client.get("/auth/me")).status_code == 200


async def test_a_closed_port_refuses_until_healed(seerr: FakeOverseerr, client: httpx.AsyncClient) -> None:
    seerr.fail_with("refuse")
    with pytest.raises(httpx.ConnectError):
        await client.get("/auth/me")
    seerr.heal()
    assert await healthy(client)


async def test_a_call_that_hangs_is_answered_after_healing(
    seerr: FakeOverseerr, client: httpx.AsyncClient
) -> None:
    seerr.fail_with("hang", path_prefix="/api/v1/request")
    assert await healthy(client)
    with pytest.raises(httpx.ReadTimeout):
        await client.get("/request", timeout=httpx.Timeout(30, read=0.2))
    hanging = asyncio.create_task(client.get("/request"))
    async with asyncio.timeout(30):
        while sum(call.path == "/api/v1/request" for call in seerr.calls) < 2:
            await asyncio.sleep(0.01)
    seerr.heal()
    assert (await asyncio.wait_for(hanging, timeout=5)).status_code == 200


async def test_a_status_is_answered_as_often_as_planned(
    seerr: FakeOverseerr, client: httpx.AsyncClient
) -> None:
    seerr.fail_with(429, times=1, retry_after=7)
    seerr.fail_with(500, times=1)
    first, second = await client.get("/auth/me"), await client.get("/auth/me")
    assert (first.status_code, first.headers["retry-after"]) == (429, "7")
    assert second.status_code == 500
    assert await healthy(client)


async def test_a_lost_answer_may_have_done_its_work(seerr: FakeOverseerr, client: httpx.AsyncClient) -> None:
    seerr.fail_with("drop_mid_body", times=1, method="POST")
    with pytest.raises(httpx.RemoteProtocolError):
        await client.post("/request", json=MOVIE)
    assert len(seerr.requests) == 1


@pytest.mark.parametrize("fault", ["drop", "refuse"])
async def test_a_dropped_call_did_nothing(
    seerr: FakeOverseerr, client: httpx.AsyncClient, fault: str
) -> None:
    seerr.fail_with("drop" if fault == "drop" else "refuse", times=1)
    with pytest.raises(httpx.TransportError):
        await client.post("/request", json=MOVIE)
    assert seerr.requests == []
    assert await healthy(client)


async def test_html_nonsense_and_nothing_come_with_status_200(
    seerr: FakeOverseerr, client: httpx.AsyncClient
) -> None:
    seerr.fail_with("html", times=1)
    seerr.fail_with("nonsense", times=1)
    seerr.fail_with("empty", times=1)
    answers = [await client.get("/request") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert answers[0].headers["content-type"].startswith("text/html")
    assert isinstance(answers[1].json()["results"], dict)
    assert answers[2].content == b""


async def test_every_call_is_on_record(seerr: FakeOverseerr, client: httpx.AsyncClient) -> None:
    await client.post("/request", json=MOVIE, headers={"X-API-User": "1"})
    call = seerr.calls[-1]
    assert (call.method, call.path, call.status, call.acting_user) == ("POST", "/api/v1/request", 201, "1")
    assert b'"mediaId":603' in call.body


async def test_radarr_and_sonarr_that_hang_delay_the_list(
    seerr: FakeOverseerr, client: httpx.AsyncClient
) -> None:
    seerr.state.arr_delay = 30
    with pytest.raises(httpx.ReadTimeout):
        await client.get("/request", timeout=httpx.Timeout(30, read=0.2))
    assert (await client.get("/request/count")).status_code == 200
