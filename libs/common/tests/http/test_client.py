"""One call to another system: what comes back, what is retried, what is refused."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from libs.common.tests.http.upstream import Upstream
from medianest.testing import free_port
from medianest_common.clock import ManualClock
from medianest_common.errors import BadUpstream, Invalid, TimedOut, TooManyRequests, Unavailable
from medianest_common.http import (
    AddressPolicy,
    AddressRefused,
    BreakerState,
    HostUnknown,
    OutgoingClient,
    Retry,
    SlowDown,
    Timeouts,
    UpstreamRefused,
)

QUICK = Retry(base=0.001, cap=0.002)


@pytest.fixture
async def client(system: Upstream, clock: ManualClock) -> AsyncIterator[OutgoingClient]:
    async with OutgoingClient(
        "plex", system.url, policy=AddressPolicy.OPERATOR, clock=clock, retry=QUICK
    ) as client:
        yield client


async def test_json_comes_back_parsed(client: OutgoingClient) -> None:
    answer = await client.get_json("/json?a=1", params={"b": 2, "none": None, "c": ["x", "y"]})
    assert answer["query"] == {"a": "1", "b": "2", "c": "y"}


async def test_the_path_of_the_base_address_is_kept(system: Upstream) -> None:
    async with OutgoingClient("plex", system.url + "/json/", policy=AddressPolicy.OPERATOR) as client:
        await client.get_json("/deeper")
    assert system.hits["/json/deeper"] == 1


async def test_bodies_are_sent_as_json_form_or_bytes(client: OutgoingClient) -> None:
    assert (await client.post_json("/echo", json={"a": 1}))["body"] == '{"a":1}'
    form = await client.post_json("/echo", form={"a": "1 2"})
    assert form == {"body": "a=1+2", "type": "application/x-www-form-urlencoded"}
    assert (await client.put_json("/echo", content=b"raw"))["body"] == "raw"


async def test_no_content_is_none_for_json(client: OutgoingClient) -> None:
    assert await client.request_json("DELETE", "/empty") is None
    assert (await client.request("DELETE", "/empty")).status == 204


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
async def test_compressed_answers_are_unpacked(client: OutgoingClient, coding: str) -> None:
    assert await client.get_json(f"/packed?as={coding}") == {"ok": True}


@pytest.mark.parametrize("path", ["/html", "/broken", "/nan"])
async def test_anything_but_json_is_a_bad_upstream_and_counts(client: OutgoingClient, path: str) -> None:
    with pytest.raises(BadUpstream) as caught:
        await client.get_json(path)
    assert caught.value.upstream == "plex"
    assert client.breaker.failures == 1


async def test_an_answer_that_cannot_be_understood_counts_too(client: OutgoingClient) -> None:
    with pytest.raises(BadUpstream):
        await client.request_as("GET", "/json", lambda response: response.json()["MediaContainer"])
    assert client.breaker.failures == 1


@pytest.mark.parametrize("path", ["/big", "/bomb"])
async def test_a_body_over_the_limit_is_refused_before_it_is_in_memory(
    client: OutgoingClient, path: str
) -> None:
    with pytest.raises(BadUpstream, match="more than 1000"):
        await client.request("GET", path, max_bytes=1000)
    assert len((await client.request("GET", "/big", max_bytes=10_000_000)).body) == 10_000_000


async def test_an_encoding_we_did_not_ask_for_is_refused(client: OutgoingClient) -> None:
    with pytest.raises(BadUpstream, match="content encoding"):
        await client.request("GET", "/bomb?as=br")
    with pytest.raises(BadUpstream, match="damaged"):
        await client.request("GET", "/damaged")


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422])
async def test_a_refusal_is_handed_to_the_caller_and_does_not_count(
    client: OutgoingClient, status: int
) -> None:
    with pytest.raises(UpstreamRefused) as caught:
        await client.get_json(f"/refused/{status}")
    assert caught.value.upstream_status == status
    assert caught.value.body == b'{"message":"no"}'
    assert caught.value.response.json() == {"message": "no"}
    assert (caught.value.status, caught.value.transient) == (502, False)
    assert client.breaker.failures == 0


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
async def test_a_passing_trouble_is_retried(client: OutgoingClient, system: Upstream, status: int) -> None:
    system.script = [(status, {}), (status, {})]
    assert await client.get_json("/scripted") == {"ok": True}
    assert system.hits["/scripted"] == 3


@pytest.mark.parametrize("status", [400, 404, 501])
async def test_a_lasting_trouble_is_not_retried(
    client: OutgoingClient, system: Upstream, status: int
) -> None:
    system.script = [(status, {})] * 2
    with pytest.raises(BadUpstream):
        await client.get_json("/scripted")
    assert system.hits["/scripted"] == 1


async def test_only_idempotent_calls_are_retried(client: OutgoingClient, system: Upstream) -> None:
    system.script = [(503, {})] * 2
    with pytest.raises(Unavailable):
        await client.post_json("/scripted")
    assert system.hits["/scripted"] == 1
    assert await client.post_json("/scripted", idempotent=True) == {"ok": True}
    system.script = [(503, {})]
    with pytest.raises(Unavailable):
        await client.get_json("/scripted", idempotent=False)


async def test_retries_end_with_the_last_error(client: OutgoingClient, system: Upstream) -> None:
    system.script = [(503, {})] * 5
    with pytest.raises(Unavailable):
        await client.get_json("/scripted")
    assert system.hits["/scripted"] == 3


async def test_a_short_retry_after_is_waited_for(client: OutgoingClient, system: Upstream) -> None:
    system.script = [(429, {"Retry-After": "1"})]
    started = asyncio.get_running_loop().time()
    assert await client.get_json("/scripted") == {"ok": True}
    assert asyncio.get_running_loop().time() - started >= 1.0


async def test_a_long_retry_after_is_passed_on(
    client: OutgoingClient, system: Upstream, clock: ManualClock
) -> None:
    moment = format_datetime(clock.now() + timedelta(seconds=90), usegmt=True)
    for header in ("90", moment):
        system.script = [(429, {"Retry-After": header})]
        with pytest.raises(TooManyRequests) as caught:
            await client.get_json("/scripted")
        assert caught.value.retry_after == 90
    assert system.hits["/scripted"] == 2
    assert client.breaker.failures == 0


async def test_a_slow_system_is_given_up_at_the_deadline(client: OutgoingClient, system: Upstream) -> None:
    with pytest.raises(TimedOut) as caught:
        await client.get_json("/hang", timeout=2.0)
    assert (caught.value.upstream, client.breaker.failures, system.hits["/hang"]) == ("plex", 1, 1)


async def test_waiting_to_retry_never_passes_the_deadline(client: OutgoingClient, system: Upstream) -> None:
    system.script = [(503, {"Retry-After": "3"})]
    with pytest.raises(Unavailable):
        await client.get_json("/scripted", timeout=2.9)
    assert system.hits["/scripted"] == 1


async def test_a_cancelled_call_says_nothing_about_the_system(
    client: OutgoingClient, system: Upstream
) -> None:
    call = asyncio.create_task(client.get_json("/hang"))
    await asyncio.wait_for(system.hanging.wait(), 30)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert client.breaker.failures == 0


@pytest.mark.parametrize("to", ["/json", "http://{host}/json", "../json"])
async def test_a_redirect_on_the_same_host_is_followed(
    client: OutgoingClient, system: Upstream, to: str
) -> None:
    host = system.url.removeprefix("http://")
    await client.get_json("/redirect", params={"to": to.format(host=host)})
    assert system.hits["/json"] == 1


@pytest.mark.parametrize(
    "to",
    [
        "http://evil.example/",
        "//evil.example/",
        "https://{host}/json",
        "http://127.0.0.1:1/",
        "file:///etc/passwd",
        "http://u:p@{host}/json",
    ],
)
async def test_a_redirect_elsewhere_is_refused_attack_81(
    client: OutgoingClient, system: Upstream, to: str
) -> None:
    host = system.url.removeprefix("http://")
    with pytest.raises(BadUpstream, match="redirects"):
        await client.get_json("/redirect", params={"to": to.format(host=host)})
    assert system.hits["/json"] == 0


async def test_redirects_in_a_circle_and_of_writes_end(client: OutgoingClient) -> None:
    with pytest.raises(BadUpstream, match="circle"):
        await client.get_json("/loop")
    with pytest.raises(BadUpstream, match="redirects"):
        await client.post_json("/redirect", params={"to": "/json"})


@pytest.mark.parametrize(
    "path",
    [
        "//evil.example/x",
        "https://evil.example/",
        "json",
        "",
        "/../x",
        "/a/%2e%2e/x",
        "/\\evil",
        "/a b",
        "/x\r\nHost: y",
        "/\x00",
    ],
)
async def test_a_path_that_leads_elsewhere_is_refused_attack_81(client: OutgoingClient, path: str) -> None:
    with pytest.raises(AddressRefused):
        await client.get_json(path)


async def test_cookies_of_one_call_never_reach_another(client: OutgoingClient) -> None:
    await client.get_json("/cookie")
    assert await client.get_json("/cookie") == {"cookies": None}


@pytest.mark.parametrize("value", ["a\nb", "a\r\nX: y", "ключ", "\x00"])
async def test_a_key_that_cannot_be_sent_says_so(system: Upstream, value: str) -> None:
    with pytest.raises(Invalid, match="plex"):
        OutgoingClient("plex", system.url, policy=AddressPolicy.OPERATOR, headers={"X-Plex-Token": value})


async def test_a_system_that_does_not_listen_is_unavailable() -> None:
    url = f"http://127.0.0.1:{free_port()}"
    async with OutgoingClient("plex", url, policy=AddressPolicy.OPERATOR, retry=QUICK) as client:
        with pytest.raises(Unavailable) as caught:
            await client.get_json("/")
    assert (caught.value.upstream, client.breaker.failures) == ("plex", 3)


async def test_a_name_that_does_not_exist_is_unavailable() -> None:
    async with OutgoingClient("plex", "http://nowhere.invalid", retry=QUICK) as client:
        with pytest.raises(HostUnknown):
            await client.get_json("/")
    assert client.breaker.failures == 3


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"not http at all\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{",
    ],
)
async def test_a_broken_connection_is_unavailable_and_retried(answer: bytes) -> None:
    connections = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        async with OutgoingClient("plex", url, policy=AddressPolicy.OPERATOR, retry=QUICK) as client:
            with pytest.raises(Unavailable):
                await client.get_json("/")
    assert connections == 3


async def test_too_many_calls_at_once_are_turned_away_quickly(system: Upstream) -> None:
    async with OutgoingClient(
        "plex", system.url, policy=AddressPolicy.OPERATOR, concurrency=2, timeouts=Timeouts(pool=0.1)
    ) as client:
        slow = [asyncio.create_task(client.get_json("/hang", timeout=60)) for _ in range(2)]
        await asyncio.wait_for(system.hanging.wait(), 30)
        with pytest.raises(Unavailable) as caught:
            await client.get_json("/json")
        assert (caught.value.code, client.breaker.failures) == ("BUSY", 0)
        for call in slow:
            call.cancel()
        await asyncio.gather(*slow, return_exceptions=True)
        assert await client.get_json("/json")


async def test_the_breaker_opens_on_faults_and_closes_after_one_good_trial(
    system: Upstream, client: OutgoingClient, clock: ManualClock
) -> None:
    system.script = [(500, {})] * 7
    for _ in range(2):
        with pytest.raises((BadUpstream, Unavailable)):
            await client.get_json("/scripted")
    assert (client.breaker.state, system.hits["/scripted"]) == (BreakerState.OPEN, 5)
    with pytest.raises(Unavailable) as caught:
        await client.get_json("/scripted")
    assert caught.value.retry_after == 30
    assert system.hits["/scripted"] == 5

    clock.advance(30)
    with pytest.raises(BadUpstream):
        await client.get_json("/scripted")
    assert (client.breaker.state, system.hits["/scripted"]) == (BreakerState.OPEN, 6)

    system.script = []
    clock.advance(30)
    answers = await asyncio.gather(*(client.get_json("/scripted") for _ in range(5)), return_exceptions=True)
    assert sum(isinstance(answer, Unavailable) for answer in answers) == 4
    assert system.hits["/scripted"] == 7
    assert client.breaker.state is BreakerState.CLOSED


async def test_every_call_is_one_line_and_one_count_without_its_query(client: OutgoingClient) -> None:
    def count(outcome: str) -> float:
        labels: dict[str, Any] = {"system": "plex", "outcome": outcome}
        return REGISTRY.get_sample_value("medianest_outgoing_calls_total", labels) or 0.0

    good, refused = count("ok"), count("refused")
    with capture_logs() as lines:
        await client.get_json("/json", params={"X-Plex-Token": "canary"})
        with pytest.raises(UpstreamRefused):
            await client.get_json("/refused/404?token=canary")
    assert [(line["event"], line["path"], line["outcome"], line["status"]) for line in lines] == [
        ("outgoing_call", "/json", "ok", None),
        ("outgoing_call", "/refused/404", "refused", 404),
    ]
    assert "canary" not in str(lines)
    assert (count("ok"), count("refused")) == (good + 1, refused + 1)


async def test_a_path_that_holds_a_secret_is_logged_under_another_name(client: OutgoingClient) -> None:
    with capture_logs() as lines, pytest.raises(UpstreamRefused) as refused:
        await client.get_json("/refused/canary/404", shown_path="/refused/…")
    assert [line["path"] for line in lines] == ["/refused/…"]
    assert "canary" not in str(lines) + str(refused.value) + str(refused.value.problem())


async def test_what_is_said_with_a_429_can_be_read(client: OutgoingClient, system: Upstream) -> None:
    system.script = [(429, {"Retry-After": "60"})]
    with pytest.raises(SlowDown) as limited:
        await client.post_json("/scripted")
    assert (limited.value.retry_after, limited.value.response.status) == (60, 429)
    assert (limited.value.code, limited.value.status) == ("TOO_MANY_REQUESTS", 429)
