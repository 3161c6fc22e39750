"""A gateway with the services behind it, and people at browsers."""

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from redis.asyncio import Redis

from medianest import registry
from medianest.testing import Sandbox, free_port
from medianest_common.testing.planted import MARK
from medianest_common.valkey import Reach
from medianest_common.web.limiter import RateLimiter

OWNER = {"email": "olive@example.org", "password": "correct horse battery staple"}
SETUP_TOKEN = f"{MARK}-to-set-up-the-tests-of-the-gateway"
WEBHOOK_SECRET = f"{MARK}-that-overseerr-sends"


@dataclass
class Browser:
    """Keeps cookies; `csrf` is sent unless a test says otherwise."""

    http: httpx.AsyncClient
    csrf: str = ""
    token: str = ""

    async def get(self, path: str, **options: Any) -> httpx.Response:
        return await self.http.get(f"/api/v1{path}", **options)

    async def send(self, method: str, path: str, **options: Any) -> httpx.Response:
        headers = {"X-CSRF-Token": self.csrf} | options.pop("headers", {})
        return await self.http.request(method, f"/api/v1{path}", headers=headers, **options)

    async def post(self, path: str, **options: Any) -> httpx.Response:
        return await self.send("POST", path, **options)

    async def arrive(self) -> None:
        self.csrf = (await self.get("/csrf")).json()["token"]

    async def sign_in(self) -> httpx.Response:
        await self.arrive()
        answer = await self.post("/auth/login", json=OWNER)
        if answer.status_code == 200:
            self.csrf, self.token = answer.json()["csrfToken"], answer.json()["accessToken"]
        return answer

    def cookie(self, name: str) -> str:
        return next(c.value or "" for c in self.http.cookies.jar if c.name.startswith(name))


@dataclass
class Door:
    url: str
    sandbox: Sandbox
    _stack: AsyncExitStack

    @property
    def valkey(self) -> Redis:
        return Redis.from_url(self.sandbox.urls.valkey_url, socket_timeout=5)

    async def browser(self) -> Browser:
        client = httpx.AsyncClient(base_url=self.url, timeout=20)
        return Browser(await self._stack.enter_async_context(client))

    async def owner(self) -> Browser:
        browser = await self.browser()
        await browser.arrive()
        body = OWNER | {"setupToken": SETUP_TOKEN, "name": "Olive"}
        answer = await browser.post("/auth/setup", json=body)
        assert answer.status_code == 201, answer.text
        browser.csrf, browser.token = answer.json()["csrfToken"], answer.json()["accessToken"]
        return browser


@pytest.fixture
async def door(sandbox: Sandbox) -> AsyncIterator[Door]:
    port = free_port()
    await sandbox.start(
        *registry.services(["auth", "notifications", "gateway"]),
        port=port,
        base_url=f"http://localhost:{port}",
        setup_token=SETUP_TOKEN,
        overseerr_webhook_secret=WEBHOOK_SECRET,
        rate_limit_scale=100,
    )
    async with AsyncExitStack() as stack:
        yield Door(f"http://localhost:{port}", sandbox, stack)


@pytest.fixture(scope="module", autouse=True)
def everything_may_be_slow(request: pytest.FixtureRequest, patient: None) -> Iterator[None]:
    """Without counting as away, where a test is not about just that."""
    with pytest.MonkeyPatch.context() as patch:
        if not request.module.__name__.endswith(("test_tickets", "test_deadline")):
            for asking in (Reach, RateLimiter):
                defaults = asking.__init__.__kwdefaults__
                assert defaults
                patch.setitem(defaults, "timeout", 10.0)
        yield
