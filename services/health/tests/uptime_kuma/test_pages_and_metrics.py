"""What it tells without an account, and that we go nowhere else for it."""

import re
import socket
from collections.abc import AsyncIterator

import aiohttp
import pytest
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from medianest_common.addresses import AddressPolicy, AddressRefused
from medianest_common.clock import SystemClock
from medianest_common.errors import BadUpstream
from medianest_common.testing.fake_uptime_kuma import FakeUptimeKuma
from medianest_common.testing.fake_uptime_kuma.household import recorded_text
from medianest_common.testing.http_server import serve
from medianest_health.adapters.uptime_kuma import guarded
from medianest_health.adapters.uptime_kuma.address import KumaAddress
from medianest_health.adapters.uptime_kuma.errors import KumaPageUnknown, KumaSignInRefused
from medianest_health.adapters.uptime_kuma.guarded import guarded_session
from medianest_health.adapters.uptime_kuma.household import KumaHousehold
from medianest_health.adapters.uptime_kuma.live import read_by_socket
from medianest_health.adapters.uptime_kuma.metrics import read_by_metrics
from medianest_health.adapters.uptime_kuma.pages import read_by_page

CLOCK = SystemClock()


async def metrics(kuma: FakeUptimeKuma) -> KumaHousehold:
    return await read_by_metrics(KumaAddress.of(kuma.url), "", SecretStr(kuma.pages.api_key), clock=CLOCK)


@pytest.mark.parametrize("version", ["2.5.3", "1.23.16"])
async def test_a_page_of_either_version(version: str) -> None:
    async with FakeUptimeKuma.start(version=version) as kuma:
        page = kuma.monitored.status_pages["household"]
        shown = page["publicGroupList"][0]["monitorList"][0]
        shown |= {"sendUrl": 1, "url": "http://sonarr.example:8989/ping"}
        page["publicGroupList"][1]["monitorList"].append(shown)
        found = await read_by_page(KumaAddress.of(kuma.url), "household", clock=CLOCK)
    assert [(each.id, each.group_name) for each in found.monitors[:2]] == [(2, "Media"), (3, "Media")]
    assert len(found.monitors) == 8
    assert found.monitors[0].url == "http://sonarr.example:8989/ping"
    assert not found.complete


async def test_a_page_that_there_is_not(kuma: FakeUptimeKuma) -> None:
    with pytest.raises(KumaPageUnknown):
        await read_by_page(KumaAddress.of(kuma.url), "nobody", clock=CLOCK)


async def test_metrics_of_version_2(kuma: FakeUptimeKuma) -> None:
    found = await metrics(kuma)
    port = next(each for each in found.monitors if each.name == "qBittorrent port")
    assert (port.id, port.hostname, port.port, port.url) == (6, "192.0.2.9", 3999, None)
    assert found.version == "2.5.3"
    assert len(found.monitors) == 9


async def test_metrics_with_tags_among_the_labels(kuma: FakeUptimeKuma) -> None:
    kuma.pages.metrics = recorded_text("metrics_2.1.0_pythonkuma.prom")
    assert {"FritzBox", "Home Assistant", "Jellyfin"} <= {
        each.name for each in (await metrics(kuma)).monitors
    }


async def test_metrics_of_version_1_know_no_numbers(kuma: FakeUptimeKuma) -> None:
    kuma.pages.metrics = re.sub(r'monitor_id="\d+",', "", kuma.pages.metrics)
    found = await metrics(kuma)
    assert {each.id for each in found.monitors} == {None}


async def test_metrics_want_their_key(kuma: FakeUptimeKuma) -> None:
    for key in (None, SecretStr("uk9_wrong")):
        with pytest.raises(KumaSignInRefused):
            await read_by_metrics(KumaAddress.of(kuma.url), "", key, clock=CLOCK)


@pytest.mark.parametrize("text", ["", "# HELP x y\nx{} 1 2 3 4\n", "<html></html>", "up 1\n"])
async def test_something_else_than_its_metrics(kuma: FakeUptimeKuma, text: str) -> None:
    kuma.pages.metrics = text or "\n"
    with pytest.raises(BadUpstream):
        await metrics(kuma)


@pytest.mark.parametrize(
    "given, url, slug",
    [
        ("http://kuma:3001", "http://kuma:3001", None),
        (" http://kuma:3001/dashboard/12#top ", "http://kuma:3001", None),
        ("https://home.example/deep/status/my-page", "https://home.example/deep", "my-page"),
        ("https://home.example/deep/", "https://home.example/deep", None),
    ],
)
def test_addresses_as_people_copy_them(given: str, url: str, slug: str | None) -> None:
    address = KumaAddress.of(given)
    assert (address.url, address.slug) == (url, slug)


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/",
        "http://[::ffff:169.254.169.254]/",
        "http://me:pw@kuma/",
        "ftp://kuma/",
        "kuma:3001",
        "",
    ],
)
def test_addresses_that_are_none_to_be_asked(url: str) -> None:
    with pytest.raises(AddressRefused):
        KumaAddress.of(url)


class Elsewhere:
    """Redirects whoever comes, except that it does speak Engine.IO to those who knock."""

    def __init__(self) -> None:
        self.visits: list[str] = []
        routes = [Route("/other", self.other), Route("/{rest:path}", self.first, methods=["GET", "POST"])]
        self._pages = Starlette(routes=routes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "websocket":
            await self._pages(scope, receive, send)
            return
        location = (b"location", f"http://{dict(scope['headers'])[b'host'].decode()}/other".encode())
        await receive()
        await send({"type": "websocket.http.response.start", "status": 302, "headers": [location]})
        await send({"type": "websocket.http.response.body", "body": b""})

    async def other(self, request: Request) -> Response:
        self.visits.append(str(request.url))
        return PlainTextResponse("secret")

    async def first(self, request: Request) -> Response:
        if request.headers["user-agent"] == "MediaNest" and "t" not in request.query_params:
            return PlainTextResponse('0{"sid":"x","upgrades":[],"pingInterval":1,"pingTimeout":1}')
        return RedirectResponse(f"{request.base_url}other")


@pytest.fixture
async def elsewhere() -> AsyncIterator[tuple[Elsewhere, str]]:
    site = Elsewhere()
    async with serve(site) as url:
        yield site, url


async def test_its_socket_follows_no_redirect(elsewhere: tuple[Elsewhere, str]) -> None:
    site, url = elsewhere
    async with guarded_session(policy=AddressPolicy.MONITOR, seconds=3) as session:
        with pytest.raises(aiohttp.ClientConnectionError, match="not followed"):
            await session.get(f"{url}/socket.io/?t=1")
        with pytest.raises(aiohttp.ClientConnectionError, match="not followed"):
            await session.ws_connect(f"{url}/socket.io/?t=1")
    assert not site.visits


async def test_one_that_redirects_is_said_to_be_wrong(elsewhere: tuple[Elsewhere, str]) -> None:
    site, url = elsewhere
    with pytest.raises(Exception, match="Uptime Kuma"):
        await read_by_socket(KumaAddress.of(url), "a", SecretStr("b"), None, clock=CLOCK)
    assert not site.visits


async def test_its_socket_dials_what_may_be_dialled_only(
    elsewhere: tuple[Elsewhere, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, url = elsewhere
    port = url.rpartition(":")[2]
    async with guarded_session(policy=AddressPolicy.MONITOR, seconds=3) as session:
        assert (await session.get(f"http://localhost:{port}/other")).status == 200

        def rebound(*_: object, **__: object) -> list[tuple[object, ...]]:
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("169.254.169.254", int(port)))]

        monkeypatch.setattr(socket, "getaddrinfo", rebound)
        with pytest.raises(AddressRefused):
            await session.get(f"http://rebinding.example:{port}/other")


async def test_its_socket_reads_no_more_than_it_should(
    elsewhere: tuple[Elsewhere, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, url = elsewhere
    monkeypatch.setattr(guarded, "MOST_BYTES", 3)
    async with guarded_session(policy=AddressPolicy.MONITOR, seconds=3) as session:
        answer = await session.get(f"{url}/other")
        with pytest.raises(aiohttp.ClientPayloadError):
            await answer.read()
