"""The whole product under a path of somebody's web server, behind a proxy with TLS: whatever it says of itself leads
back to it."""

import json
import re
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urljoin, urlsplit
from xml.etree import ElementTree

import httpx

from medianest.testing import free_port
from medianest_common.testing.fake_plex import FakeAccount
from medianest_common.testing.live_client import LiveClient
from medianest_common.testing.mail_server import MailServer, link_in, text_of
from tests.reverse_proxy import Certificate, reverse_proxy
from tests.world import WEBHOOK_SECRET, Person, World, world

PATH = "/nest"
FILM = 603


class Patient(httpx.AsyncHTTPTransport):
    """Asks once more where a busy machine had no time: what a slow answer says is not what this is about."""

    def __init__(self, certificate: Certificate) -> None:
        super().__init__(verify=certificate.trusting)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        for _ in range(10):
            answer = await super().handle_async_request(request)
            if request.method != "GET" or answer.status_code not in (503, 504):
                break
            await answer.aclose()
        return answer


@dataclass
class Portal:
    world: World
    mail: MailServer
    base: str
    certificate: Certificate
    stack: AsyncExitStack

    @property
    def origin(self) -> str:
        return self.base.removesuffix(PATH)

    async def person(self) -> Person:
        client = httpx.AsyncClient(base_url=self.base, timeout=60, transport=Patient(self.certificate))
        return Person(self.world.product, await self.stack.enter_async_context(client))

    async def friend(self, name: str) -> tuple[Person, FakeAccount]:
        account = self.world.plex.add_friend(username=name, email=f"{name.lower()}@example.org")
        self.world.overseerr.add_user(plex_id=account.id, email=account.email, username=name)
        return await self.person(), account

    @asynccontextmanager
    async def socket(self, person: Person) -> AsyncIterator[LiveClient]:
        """At the address that the ticket names."""
        told = (await person.post("/notifications/ticket")).raise_for_status().json()
        assert told["url"] == f"wss{self.base.removeprefix('https')}/api/v1/ws"
        options = {"ssl": self.certificate.trusting}
        async with LiveClient(told["url"], ticket=person.ticket, origin=self.origin, options=options) as live:
            yield live

    def reached(self, *, cut: bool) -> AbstractAsyncContextManager[None]:
        port = urlsplit(self.base).port or 0
        upstream = self.world.product.port
        return reverse_proxy(self.certificate, port=port, upstream=upstream, path=PATH, cut=cut)


@asynccontextmanager
async def portal(folder: Path) -> AsyncIterator[Portal]:
    base = f"https://localhost:{free_port()}{PATH}"
    async with AsyncExitStack() as stack:
        mail = await stack.enter_async_context(MailServer.start())
        found = await stack.enter_async_context(
            world(
                folder / "data",
                base_url=base,
                trusted_proxies="127.0.0.1",
                smtp_url=mail.url,
                mail_from="nest@example.org",
                discord_url="https://127.0.0.1:9",
                telegram_url="https://127.0.0.1:9",
            )
        )
        yield Portal(found, mail, base, Certificate(folder / "proxy"), stack)


async def test_all_of_it_leads_back_to_where_it_is(tmp_path: Path) -> None:
    async with portal(tmp_path) as here:
        here.world.overseerr.add_movie(FILM, "The Matrix", 1999)
        async with here.reached(cut=False):
            olive = await here.person()
            await _describes_itself(here, olive)
            await olive.set_up()
            _keeps_its_cookies(here, olive)
            frida = await _signs_in_with_plex(here, "Frida")
            async with here.socket(olive) as live:
                await _mails_lead_here(here, olive, frida)
                await live.event("request.created")
            await _streams_events(here, olive)
            await _pages_for_everybody(here, olive)
            await _others_may_call(here)
            await _sends_others_here(here)
        # Some proxies cut the path off.
        async with here.reached(cut=True):
            await _describes_itself(here, olive)
            await _signs_in_with_plex(here, "Bert")
            async with here.socket(olive):
                await _streams_events(here, olive)
            await _others_may_call(here)
            await _sends_others_here(here)


async def _describes_itself(here: Portal, olive: Person) -> None:
    document = (await olive.get("/openapi.json")).raise_for_status().json()
    assert document["servers"] == [{"url": PATH}]
    welcome = (await olive.http.get("/")).raise_for_status()
    base, *links = re.findall(r'(?:href|src)="([^"]*)"', welcome.text)
    assert base == f"{PATH}/"
    for link in links:
        found = await olive.http.get(urljoin(f"{here.origin}{base}", link))
        assert found.status_code == 200, link
    for path in ("/health", "/health/ready", "/.well-known/jwks.json"):
        assert (await olive.http.get(path)).status_code == 200, path
    missing = await olive.get("/nowhere")
    assert (missing.status_code, missing.json()["instance"]) == (404, "/api/v1/nowhere")
    async with httpx.AsyncClient(verify=here.certificate.trusting, timeout=30) as beside:
        assert (await beside.get(f"{here.origin}/health")).status_code == 404, "the rest is somebody else's"


def _keeps_its_cookies(here: Portal, olive: Person) -> None:
    """`__Host-` asks for the path `/`, and keeps what lies beside us on this host from setting them."""
    cookies = list(olive.http.cookies.jar)
    assert {cookie.name for cookie in cookies} >= {"__Host-mn_at", "__Host-mn_rt", "__Host-mn_csrf"}
    for cookie in cookies:
        assert cookie.name.startswith("__Host-") and cookie.secure and cookie.path == "/"
        assert not cookie.domain_specified


async def _signs_in_with_plex(here: Portal, name: str) -> Person:
    frida, account = await here.friend(name)
    await frida.arrive()
    started = (await frida.post("/auth/plex/pin")).raise_for_status().json()
    back = parse_qs(urlsplit(started["authUrl"]).fragment.lstrip("?"))["forwardUrl"][0]
    assert back.startswith(f"{here.base}/login/plex/")
    here.world.plex.claim_pin(started["code"], account)
    returned = await frida.http.get(back)
    assert (returned.status_code, returned.headers["location"]) == (303, f"{PATH}/")
    assert (await frida.get("/auth/session")).json()["user"]["name"] == name
    await frida.arrive()
    stranger = await here.person()
    again = await stranger.http.get(back)
    assert again.headers["location"].startswith(f"{PATH}/?signIn=")
    return frida


async def _mails_lead_here(here: Portal, olive: Person, frida: Person) -> None:
    body = {"kind": "email", "name": "Mail", "config": {"address": "olive@example.org"}}
    made = (await olive.post("/notifications/channels", body)).raise_for_status().json()["channel"]
    code = re.search(r"\b[0-9]{6}\b", text_of(await here.mail.next("Your code")))
    assert code
    (
        await olive.post(f"/notifications/channels/{made['id']}/verify", {"code": code.group()})
    ).raise_for_status()
    (await frida.request("movie", FILM)).raise_for_status()
    told = await here.mail.next("Frida asks for The Matrix", within=60)
    links = re.findall(r"https?://[^\s\"<>]+", text_of(told))
    assert links and all(link.startswith(here.base) for link in links), links
    unsubscribe = str(told["List-Unsubscribe"]).strip("<>")
    assert unsubscribe.startswith(f"{here.base}/api/v1/notifications/unsubscribe?")
    stranger = await here.person()
    page = (await stranger.http.get(unsubscribe)).raise_for_status()
    for action in re.findall(r'action="([^"]*)"', page.text):
        assert not action or action.startswith((PATH, "?")), action
    done = await stranger.http.post(unsubscribe, data={"List-Unsubscribe": "One-Click"})
    assert done.status_code == 200

    invited = (await olive.post("/auth/invites", {})).raise_for_status().json()
    assert invited["url"].startswith(f"{here.base}/")
    await stranger.arrive()
    assert (await stranger.post("/auth/password/forgot", {"email": "olive@example.org"})).status_code == 202
    assert link_in(await here.mail.next("Choose")).startswith(f"{here.base}/reset#token=")


async def _streams_events(here: Portal, olive: Person) -> None:
    async with olive.http.stream("GET", "/api/v1/events") as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        async for line in answer.aiter_lines():
            if line.startswith('data: {"t":"auth_ok"'):
                assert json.loads(line[6:])["userId"] == olive.user["id"]
                break
    wrong = LiveClient(
        f"wss{here.base.removeprefix('https')}/api/v1/ws",
        ticket=olive.ticket,
        origin="https://localhost",
        reconnect=False,
        options={"ssl": here.certificate.trusting},
    )
    await wrong.run()
    assert wrong.refusals == [403], "a page beside us on another port is not ours"


async def _pages_for_everybody(here: Portal, olive: Person) -> None:
    spec = {"kind": "http", "url": f"{here.world.plex.server_url}/identity"}
    made = (await olive.post("/admin/monitors", {"name": "Cloud", "spec": spec})).raise_for_status().json()
    monitor = made["monitor"]["id"]
    wanted: dict[str, Any] = {"slug": "house", "title": "House", "published": True}
    shown = [{"monitorId": monitor, "shownAs": "Files"}]
    (await olive.post("/admin/status-pages", wanted | {"monitors": shown})).raise_for_status()
    stranger = await here.person()
    assert (await stranger.get("/status/house")).status_code == 200
    feed = (await stranger.get("/status/house/feed.atom")).raise_for_status()
    links = [node.get("href", "") for node in ElementTree.fromstring(feed.content).iter() if node.get("href")]
    assert links and all(link.startswith(f"{here.base}/api/v1/status/house") for link in links), links
    for link in links:
        assert (await stranger.http.get(link)).status_code == 200, link
    badge = (await stranger.get(f"/services/{monitor}/badge.svg")).raise_for_status()
    assert "<svg" in badge.text

    push = await olive.post("/admin/monitors", {"name": "Backup", "spec": {"kind": "push"}})
    address = push.raise_for_status().json()["pushPath"]
    assert (await stranger.http.get(f"{address}?status=up")).json() == {"ok": True}


async def _others_may_call(here: Portal) -> None:
    async with httpx.AsyncClient(verify=here.certificate.trusting, timeout=30) as machine:
        url = f"{here.base}/api/v1/webhooks/overseerr"
        test = {"notification_type": "TEST_NOTIFICATION", "subject": "Test"}
        taken = await machine.post(url, json=test, headers={"Authorization": WEBHOOK_SECRET})
        assert taken.status_code == 202
        assert (await machine.post(url, json=test, headers={"Authorization": "no"})).status_code == 401


async def _sends_others_here(here: Portal) -> None:
    """Of what lies beside us on this host, whose proxy asks us past our own."""
    beside = f"{here.origin}/radarr/movies"
    page = {
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": urlsplit(beside).netloc,
        "X-Forwarded-Uri": "/radarr/movies",
    }
    headers = page | {"Accept": "text/html", "Sec-Fetch-Mode": "navigate", "X-Forwarded-Method": "GET"}
    async with httpx.AsyncClient(base_url=here.world.product.url, timeout=60) as proxy:
        for path in ("/api/v1/auth/verify", f"{PATH}/api/v1/auth/verify"):
            sent = await proxy.get(path, headers=headers)
            assert sent.status_code == 303
            assert sent.headers["location"].startswith(f"{here.base}/api/v1/auth/forward?to=")
    stranger = await here.person()
    asked = await stranger.http.get(sent.headers["location"])
    assert asked.status_code == 303
    where = urlsplit(asked.headers["location"])
    assert where.path == f"{PATH}/"
    [back] = parse_qs(where.query)["returnTo"]
    assert back.startswith("/api/v1/auth/forward?to=") and unquote(back).endswith(beside)
