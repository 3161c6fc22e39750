"""Attacks on sessions and their renewal: from outside, at two gateways before two auth services, by a turned clock."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from copy import copy
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from http.cookiejar import Cookie
from typing import Any

import httpx
import pytest
import pytest_asyncio
from redis.asyncio import Redis

from medianest import registry
from medianest.embedded import ServerUrls
from medianest.testing import AT_ONCE, Sandbox, eventually, free_port, sandbox_on
from medianest_common.clock import SystemClock
from medianest_common.lifecycle import running
from medianest_common.testing.fake_plex import FakePlex
from medianest_common.testing.live_client import LiveClient

pytestmark = pytest.mark.asyncio(loop_scope="module")

EMAIL, PASSWORD = "olive@example.org", "correct horse battery staple"
SETUP_TOKEN = "set-up-token-of-the-session-tests-0123456789"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/142.0.0.0 Safari/537.36"


class Turned(SystemClock):
    """Tells a later time than the real one, by what a test says. Waiting is not shortened: a door that has not looked
    for so long would refuse what is unsafe until it has."""

    def __init__(self) -> None:
        self._ahead = timedelta()
        self._held: datetime | None = None

    def now(self) -> datetime:
        return (self._held or super().now()) + self._ahead

    @contextmanager
    def still(self) -> Iterator[None]:
        """It stands, for what is good for seconds only, however slow this machine is."""
        self._held = super().now()
        try:
            yield
        finally:
            self._held = None

    def advance(self, **how: float) -> None:
        self._ahead += timedelta(**how)


@dataclass
class Browser:
    """Somebody at one of the doors; cookies are theirs wherever they knock."""

    doors: list[str]
    http: httpx.AsyncClient
    csrf: str = ""
    token: str = ""
    user: dict[str, Any] = field(default_factory=dict)

    async def ask(self, method: str, path: str, *, door: int = 0, **options: Any) -> httpx.Response:
        headers = {"X-CSRF-Token": self.csrf, **options.pop("headers", {})}
        return await self.http.request(method, f"{self.doors[door]}/api/v1{path}", headers=headers, **options)

    async def arrive(self) -> None:
        self.csrf = (await self.ask("GET", "/csrf")).raise_for_status().json()["token"]

    def signed_in(self, answer: httpx.Response) -> None:
        body = answer.raise_for_status().json()
        self.csrf, self.token, self.user = body["csrfToken"], body["accessToken"], body["user"]

    async def sign_in(self, *, remember: bool = False) -> None:
        await self.arrive()
        body = {"email": EMAIL, "password": PASSWORD, "rememberMe": remember}
        self.signed_in(await self.ask("POST", "/auth/login", json=body))

    async def refresh(self, *, door: int = 0) -> httpx.Response:
        """As a page does: once the access token is over, the page's CSRF token is as well."""
        answer = await self.ask("POST", "/auth/refresh", door=door)
        if answer.status_code == 403 and answer.json()["code"].startswith("CSRF_"):
            await self.arrive()
            answer = await self.ask("POST", "/auth/refresh", door=door)
        return answer

    async def items(self, path: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (await self.ask("GET", path)).raise_for_status().json()["items"]
        return found

    async def status(self, *, door: int = 0) -> int:
        return (await self.ask("GET", "/auth/session", door=door)).status_code

    def cookie(self, name: str) -> str:
        """By the first letters of its name; empty without one."""
        found = [cookie.value or "" for cookie in self.http.cookies.jar if cookie.name.startswith(name)]
        assert len(found) <= 1
        return "".join(found)

    def copied(self, *names: str) -> list[Cookie]:
        return [copy(cookie) for cookie in self.http.cookies.jar if cookie.name.startswith(names or "mn_")]

    def with_cookies(self, cookies: list[Cookie]) -> None:
        self.http.cookies.clear()
        self.add(cookies)

    def add(self, cookies: list[Cookie]) -> None:
        for cookie in cookies:
            self.http.cookies.jar.set_cookie(copy(cookie))


@dataclass
class Nest:
    sandbox: Sandbox
    clock: Turned
    plex: FakePlex
    doors: list[str]
    stack: AsyncExitStack
    olive: Browser | None = None

    async def browser(self, user_agent: str = FIREFOX) -> Browser:
        client = httpx.AsyncClient(timeout=60, headers={"User-Agent": user_agent})
        return Browser(self.doors, await self.stack.enter_async_context(client))

    async def owner(self, *, remember: bool = False, user_agent: str = FIREFOX) -> Browser:
        browser = await self.browser(user_agent)
        await browser.sign_in(remember=remember)
        return browser

    async def friend(self, name: str) -> Browser:
        account = self.plex.add_friend(name, email=f"{name}@example.org")
        browser = await self.browser()
        await browser.arrive()
        started = (await browser.ask("POST", "/auth/plex/pin")).raise_for_status().json()
        self.plex.claim_pin(started["code"], account)
        browser.signed_in(
            await browser.ask("POST", "/auth/plex/verify", json={"loginId": started["loginId"]})
        )
        return browser

    @asynccontextmanager
    async def another_door(self) -> AsyncIterator[str]:
        [gateway] = registry.services(["gateway"])
        port = free_port()
        async with running(gateway, overrides=self.sandbox.settings | {"port": port}, clock=self.clock):
            yield f"http://localhost:{port}"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def nest(
    server_urls: ServerUrls, tmp_path_factory: pytest.TempPathFactory, patient: None
) -> AsyncIterator[Nest]:
    clock = Turned()
    async with AsyncExitStack() as stack:
        fake = await stack.enter_async_context(FakePlex.start(clock=clock))
        sandbox = await stack.enter_async_context(
            sandbox_on(server_urls, tmp_path_factory.mktemp("sessions"), clock=clock)
        )
        ports = [free_port(), free_port()]
        await sandbox.start(
            *registry.services(["auth", "plex", "notifications"]),
            setup_token=SETUP_TOKEN,
            base_url=f"http://localhost:{ports[0]}",
            rate_limit_scale=1000,
            argon2_memory_kib=19_456,
            plex_tv_url=fake.tv_url,
            plex_url=fake.server_url,
            plex_token=fake.server_token,
        )
        [auth], [gateway] = registry.services(["auth"]), registry.services(["gateway"])
        await stack.enter_async_context(running(auth, overrides=sandbox.settings, clock=clock))
        for port in ports:
            await stack.enter_async_context(
                running(gateway, overrides=sandbox.settings | {"port": port}, clock=clock)
            )
        found = Nest(sandbox, clock, fake, [f"http://localhost:{port}" for port in ports], stack)
        olive = await found.browser()
        await olive.arrive()
        who = {"setupToken": SETUP_TOKEN, "name": "Olive", "email": EMAIL, "password": PASSWORD}
        olive.signed_in(await olive.ask("POST", "/auth/setup", json=who))
        yield found


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def out_everywhere(browser: Browser) -> None:
    """Refused at both doors within a second."""
    started = asyncio.get_running_loop().time()

    async def refused() -> bool:
        return [await browser.status(door=door) for door in (0, 1)] == [401, 401]

    await eventually(refused, within=AT_ONCE)
    assert asyncio.get_running_loop().time() - started < AT_ONCE


async def test_attack_16_a_stolen_token_used_late_puts_thief_and_victim_out(nest: Nest) -> None:
    victim, other = await nest.owner(), await nest.owner()
    thief = await nest.browser()
    thief.with_cookies(victim.copied())
    thief.csrf = victim.csrf
    victim.signed_in(await victim.refresh())
    nest.clock.advance(seconds=11)
    answer = await thief.refresh(door=1)
    assert code(answer) == (401, "TOKEN_REUSED")
    cleared = [line for line in answer.headers.get_list("set-cookie") if "Max-Age=0" in line]
    assert {line.split("=")[0].partition("_")[2][:2] for line in cleared} >= {"at", "rt"}
    await out_everywhere(victim)
    assert code(await victim.refresh()) == (401, "INVALID_REFRESH_TOKEN")
    assert await other.status() == 200
    told = await eventually(lambda: _notices(other, "security.session_reused"))
    assert len(told) == 1
    entries = await other.items("/admin/audit?action=session_end&limit=1")
    assert (entries[0]["reason"], entries[0]["user"]["name"]) == ("reuse", "Olive")


async def _notices(browser: Browser, kind: str) -> list[dict[str, Any]]:
    return [notice for notice in await browser.items("/notifications?limit=100") if notice["type"] == kind]


async def test_attack_17_fifty_tabs_at_two_doors_get_one_and_the_same_successor(nest: Nest) -> None:
    owner = await nest.owner()
    cookies, csrf = owner.copied(), owner.csrf
    tabs = [await nest.browser() for _ in range(50)]
    for tab in tabs:
        tab.with_cookies(cookies)
        tab.csrf = csrf
    with nest.clock.still():
        answers = await asyncio.gather(*(_renewed(tab, door=n % 2) for n, tab in enumerate(tabs)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({tab.cookie("mn_rt") for tab in tabs}) == 1
    tabs[0].signed_in(answers[0])
    assert (await tabs[0].refresh()).status_code == 200


async def _renewed(browser: Browser, *, door: int) -> httpx.Response:
    """A page that is told that there was no time for it asks again."""
    while (answer := await browser.refresh(door=door)).status_code in (503, 504):
        await asyncio.sleep(0.5)
    return answer


async def test_attack_19_a_lost_answer_is_given_again(nest: Nest) -> None:
    owner = await nest.owner()
    before, csrf = owner.copied(), owner.csrf
    with nest.clock.still():
        await owner.refresh()
        first = owner.cookie("mn_rt")
        nest.clock.advance(seconds=5)
        owner.with_cookies(before)
        owner.csrf = csrf
        assert (await owner.refresh(door=1)).status_code == 200
    assert owner.cookie("mn_rt") == first


@pytest.mark.parametrize(
    "remember, idle, absolute", [(False, 1, 7), (True, 30, 90)], ids=["for now", "remembered"]
)
async def test_attack_20_a_session_ends_when_it_lies_idle_and_at_last_in_any_case(
    nest: Nest, remember: bool, idle: int, absolute: int
) -> None:
    used, left_alone = await nest.owner(remember=remember), await nest.owner(remember=remember)
    kept = left_alone.copied()
    passed = 0.0
    step = idle - 0.01
    while passed + step < absolute:
        nest.clock.advance(days=step)
        passed += step
        # Browsers drop cookies by their own clock, which is not turned here.
        used.signed_in(await used.refresh())
    nest.clock.advance(days=absolute - passed)
    assert code(await used.refresh()) == (401, "INVALID_REFRESH_TOKEN")
    left_alone.with_cookies(kept)
    assert code(await left_alone.refresh()) == (401, "INVALID_REFRESH_TOKEN")


async def test_attack_21_signing_out_ends_this_session_in_every_tab_and_socket_and_no_other(
    nest: Nest,
) -> None:
    owner, other = await nest.owner(), await nest.owner()
    tab = await nest.browser()
    tab.with_cookies(owner.copied())

    async def ticket() -> str:
        return str((await owner.ask("POST", "/notifications/ticket", door=1)).json()["ticket"])

    url = nest.doors[1].replace("http", "ws") + "/api/v1/ws"
    async with LiveClient(url, ticket=ticket, origin=nest.doors[0], reconnect=False) as live:
        started = asyncio.get_running_loop().time()
        assert (await owner.ask("POST", "/auth/logout")).status_code == 204
        await eventually(lambda: _closed(live), within=AT_ONCE)
        assert asyncio.get_running_loop().time() - started < AT_ONCE
        assert live.close_codes == [4403]
    await out_everywhere(tab)
    assert code(await tab.refresh()) == (401, "INVALID_REFRESH_TOKEN")
    assert [await other.status(door=door) for door in (0, 1)] == [200, 200]


async def _closed(live: LiveClient) -> bool:
    return bool(live.close_codes)


async def test_attack_21_signing_out_everywhere_leaves_nobody_in(nest: Nest) -> None:
    browsers = [await nest.owner() for _ in range(3)]
    copies = [browser.copied() for browser in browsers]
    answer = await browsers[0].ask("POST", "/auth/logout", json={"allSessions": True})
    assert answer.status_code == 204
    for browser, cookies in zip(browsers, copies, strict=True):
        browser.with_cookies(cookies)
        await out_everywhere(browser)
    assert await (await nest.owner()).status(door=1) == 200, "who signs in right after is in"


async def test_a_revocation_at_one_door_is_felt_at_the_other_within_a_second(nest: Nest) -> None:
    keeper = await nest.owner()
    slowest = 0.0
    for n in range(10):
        browser = await nest.owner()
        session = (await browser.ask("GET", "/auth/session")).json()["session"]["id"]
        assert await browser.status(door=1) == 200
        answer = await keeper.ask("DELETE", f"/auth/devices/{session}", door=n % 2)
        assert answer.status_code == 204
        started = asyncio.get_running_loop().time()
        await eventually(partial(_is_out, browser, door=(n + 1) % 2), within=AT_ONCE)
        slowest = max(slowest, asyncio.get_running_loop().time() - started)
    assert slowest < AT_ONCE


async def _is_out(browser: Browser, *, door: int) -> bool:
    return await browser.status(door=door) == 401


async def test_attack_23_nothing_that_lay_in_the_browser_before_becomes_part_of_the_session(
    nest: Nest,
) -> None:
    planted, victim = await nest.owner(), await nest.browser()
    stolen = planted.copied("mn_at", "mn_rt")
    await victim.arrive()
    before = victim.cookie("mn_pre")
    victim.add(stolen)
    await victim.sign_in()
    for name in ("mn_at", "mn_rt"):
        assert victim.cookie(name) not in ("", planted.cookie(name))
    assert victim.cookie("mn_pre") not in ("", before) or not victim.cookie("mn_pre")
    session = (await victim.ask("GET", "/auth/session")).json()["session"]["id"]
    attacker = await nest.browser()
    attacker.with_cookies(stolen)
    answer = await attacker.ask("GET", "/auth/session")
    assert answer.status_code == 401 or answer.json()["session"]["id"] != session


async def test_attack_25_somebody_elses_session_is_not_there_and_ones_own_ends(nest: Nest) -> None:
    owner, bert = await nest.owner(), await nest.friend("bert")
    theirs = (await owner.ask("GET", "/auth/session")).json()["session"]["id"]
    mine = (await bert.ask("GET", "/auth/session")).json()["session"]["id"]
    assert [item["id"] for item in await bert.items("/auth/devices")] == [mine]
    assert code(await bert.ask("DELETE", f"/auth/devices/{theirs}")) == (404, "NOT_FOUND")
    assert await owner.status() == 200
    assert (await bert.ask("DELETE", f"/auth/devices/{mine}")).status_code == 204
    await out_everywhere(bert)


async def test_others_can_be_signed_out_only_after_a_fresh_proof(nest: Nest) -> None:
    owner, other = await nest.owner(remember=True), await nest.owner()
    nest.clock.advance(minutes=11)
    owner.signed_in(await owner.refresh())
    other.signed_in(await other.refresh())

    async def refusal() -> tuple[int, str] | None:
        """A gateway that has heard nothing for eleven minutes does nothing before it has heard again."""
        answer = await owner.ask("POST", "/auth/devices/revoke-others")
        return code(answer) if answer.status_code != 503 else None

    assert await eventually(refusal) == (403, "REAUTH_REQUIRED")
    session = (await other.ask("GET", "/auth/session")).json()["session"]["id"]
    assert code(await owner.ask("DELETE", f"/auth/devices/{session}")) == (403, "REAUTH_REQUIRED")
    await owner.sign_in(remember=True)
    assert (await owner.ask("POST", "/auth/devices/revoke-others")).status_code == 204
    await out_everywhere(other)
    assert [item["current"] for item in await owner.items("/auth/devices")] == [True]


async def test_attack_27_a_wiped_cache_revives_nobody_and_ends_nobody(nest: Nest) -> None:
    gone, stays = await nest.owner(), await nest.owner()
    cookies = gone.copied()
    assert (await gone.ask("POST", "/auth/logout")).status_code == 204
    gone.with_cookies(cookies)
    # Both doors have heard of it before the cache forgets it.
    await out_everywhere(gone)
    async with Redis.from_url(nest.sandbox.urls.valkey_url, socket_timeout=10) as valkey:
        await valkey.flushall()
    assert [await gone.status(door=door) for door in (0, 1)] == [401, 401]
    async with nest.another_door() as door:
        browser = Browser([door], gone.http)

        async def refused() -> bool:
            return await browser.status() == 401

        await eventually(refused)
    assert [await stays.status(door=door) for door in (0, 1)] == [200, 200]
    stays.signed_in(await stays.refresh())


async def test_attack_29_the_twenty_first_device_takes_the_place_of_the_one_idle_for_longest(
    nest: Nest,
) -> None:
    keeper = await nest.owner()
    await keeper.ask("POST", "/auth/logout", json={"allSessions": True})
    used, idle = await nest.owner(), await nest.owner()
    for _ in range(17):
        await nest.owner()
    used.signed_in(await used.refresh())
    newest = await nest.owner()
    assert len(await newest.items("/auth/devices")) == 20
    assert await idle.status() == 200
    newest = await nest.owner()
    assert len(await newest.items("/auth/devices")) == 20
    await out_everywhere(idle)
    assert await used.status() == 200
    assert await eventually(lambda: _notices(newest, "security.session_limit"))


async def test_a_device_list_names_what_it_shows_and_a_forgotten_browser_is_a_new_one(nest: Nest) -> None:
    phone = await nest.owner(
        user_agent="Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15"
        " (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1"
    )
    shown = next(item for item in await phone.items("/auth/devices") if item["current"])
    assert (shown["name"], shown["place"], shown["method"]) == (
        "Safari 18 on iOS",
        "127.0.0.0/24",
        "password",
    )
    assert shown["knownDevice"]
    assert "AppleWebKit" not in json.dumps(shown)
    assert (await phone.ask("DELETE", "/auth/devices/known")).status_code == 204
    assert not phone.cookie("mn_dev")
    shown = next(item for item in await phone.items("/auth/devices") if item["current"])
    assert not shown["knownDevice"]
    await phone.sign_in()
    activity = (await phone.ask("GET", "/auth/activity")).json()
    assert [reason["code"] for reason in activity["unusual"][0]["unusual"]] == ["new_device"]
    assert activity["unusual"][0]["unusual"][0]["text"].startswith("From a browser")
