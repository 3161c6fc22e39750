"""One service at a time does not reach the bus while people go on asking: nothing is lost, and all is told once."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from medianest import registry
from medianest.testing import Sandbox, eventually, free_port
from medianest_common.testing.fake_overseerr import FakeOverseerr
from medianest_common.testing.fake_plex import FakePlex
from medianest_common.testing.fault_proxy import FaultProxy
from tests.world import SETUP_TOKEN, Browsers, Person, Product

SHORT_SECONDS, LONG_SECONDS = 15.0, 60.0
FIRST_FILM = 970_000
FILMS = 1_000
_ANSWER_SECONDS = 15.0
_PATIENCE_SECONDS = 240.0
"""The longest split, and what the parts need afterwards to find each other."""
SPLITS = [
    pytest.param(name, SHORT_SECONDS, id=f"{name} for {SHORT_SECONDS:.0f} s")
    for name in ("media", "notifications")
] + [
    pytest.param(name, LONG_SECONDS, id=f"{name} for {LONG_SECONDS:.0f} s", marks=pytest.mark.long)
    for name in registry.ALL
]


@dataclass
class House:
    browsers: Browsers
    overseerr: FakeOverseerr
    bus: dict[str, FaultProxy]
    """What leads there, by service."""
    owner: Person
    frida: Person
    asked: dict[int, list[int]] = field(default_factory=dict)
    """What was answered, by film; 0 for nothing."""

    async def asks(self, ends: asyncio.Event) -> None:
        for film in range(FIRST_FILM, FIRST_FILM + FILMS):
            if ends.is_set():
                return
            answers = self.asked.setdefault(film, [])
            give_up = asyncio.get_running_loop().time() + _PATIENCE_SECONDS
            while asyncio.get_running_loop().time() < give_up:
                answers.append(await self._ask(film))
                if 0 < answers[-1] < 500:
                    break
                await asyncio.sleep(1)
            await asyncio.sleep(0.5)

    async def _ask(self, film: int) -> int:
        try:
            body = {"mediaType": "movie", "tmdbId": film}
            return (await self.frida.post("/media/request", body, timeout=_ANSWER_SECONDS)).status_code
        except httpx.TransportError:
            return 0

    async def approved(self, request_id: str) -> bool:
        answer = await self.owner.post(f"/media/requests/{request_id}/approve")
        # One that was not answered may have been carried out.
        return answer.status_code == 409 or answer.raise_for_status().is_success

    async def is_well(self) -> bool:
        health = (await self.owner.http.get("/health/ready")).json()
        assert "checks" in health, health
        assert all(check["status"] == "ok" for check in health["checks"]), health
        return True

    async def read(self, person: Person, path: str, params: dict[str, Any]) -> dict[str, Any]:
        async def answered() -> dict[str, Any]:
            page: dict[str, Any] = (await person.get(path, params=params)).raise_for_status().json()
            return page

        return await eventually(answered)

    async def told(self, person: Person, kind: str) -> Counter[int]:
        found: Counter[int] = Counter()
        params: dict[str, Any] = {"limit": 100}
        while True:
            page = await self.read(person, "/notifications", params)
            found.update(int(each["data"]["tmdbId"]) for each in page["items"] if each["type"] == kind)
            if not page["nextCursor"]:
                return found
            params["cursor"] = page["nextCursor"]

    def everything_once(self) -> Counter[int]:
        return Counter(list(self.asked))


@pytest.fixture
async def house(sandbox: Sandbox, tmp_path: Path) -> AsyncIterator[House]:
    port = free_port()
    async with AsyncExitStack() as stack:
        overseerr = await stack.enter_async_context(FakeOverseerr.start())
        plex = await stack.enter_async_context(FakePlex.start())
        for number in range(FILMS):
            overseerr.add_movie(FIRST_FILM + number, f"Film {number}", 2020)
        settings: dict[str, Any] = {
            "port": port,
            "base_url": f"http://localhost:{port}",
            "setup_token": SETUP_TOKEN,
            "rate_limit_scale": 1000,
            "overseerr_url": overseerr.url,
            "overseerr_api_key": overseerr.api_key,
            "media_poll_seconds": 2,
            "plex_tv_url": plex.tv_url,
            "plex_url": plex.server_url,
            "plex_token": plex.owner.token,
            # Nobody answers there.
            "youtube_proxy": "http://127.0.0.1:9",
        }
        bus = sandbox.settings["nats_url"]
        at = urlsplit(bus)
        assert at.hostname and at.port
        proxies = {}
        for service in registry.services():
            proxy = await stack.enter_async_context(FaultProxy.start(at.hostname, at.port))
            through = bus.replace(f":{at.port}", f":{proxy.port}")
            await sandbox.start(service, **settings | {"nats_url": through})
            proxies[service.name] = proxy
        browsers = Browsers(Product(tmp_path, {}, port), stack)
        owner, frida = await browsers.person(), await browsers.person()
        await owner.set_up()
        account = plex.add_friend(username="Frida", email="frida@example.org")
        overseerr.add_user(plex_id=account.id, email=account.email, username="Frida")
        await frida.sign_in_with_plex(plex, account)
        yield House(browsers, overseerr, proxies, owner, frida)
        # Before what they talk through is gone.
        await sandbox.close()


@pytest.mark.timeout(900)
@pytest.mark.parametrize("victim, seconds", SPLITS)
async def test_a_service_that_does_not_reach_the_bus_loses_nothing_and_tells_all_once(
    house: House, victim: str, seconds: float
) -> None:
    await eventually(house.is_well, within=120)
    ends = asyncio.Event()
    async with asyncio.TaskGroup() as meanwhile:
        meanwhile.create_task(house.asks(ends))
        await asyncio.sleep(2)
        house.bus[victim].black_hole()
        await asyncio.sleep(seconds)
        await house.bus[victim].heal()
        await eventually(house.is_well, within=180)
        await asyncio.sleep(2)
        ends.set()
    # What was not answered at first is there now, or was there already.
    assert {answers[-1] for answers in house.asked.values()} <= {201, 409}, house.asked
    assert {each for answers in house.asked.values() for each in answers} <= {0, 201, 409, 503, 504}

    async def all_filed_and_told() -> bool:
        filed = Counter(request.media.tmdb_id for request in house.overseerr.requests)
        assert filed == house.everything_once()
        assert await house.told(house.owner, "request.created") == house.everything_once()
        return True

    await eventually(all_filed_and_told, within=180)
    page = await house.read(house.owner, "/media/requests", {"limit": 100})
    for request in page["items"]:
        await eventually(partial(house.approved, request["id"]))

    async def all_decided_and_told() -> bool:
        approved = Counter(int(request["tmdbId"]) for request in page["items"])
        assert await house.told(house.frida, "request.approved") == approved
        return True

    await eventually(all_decided_and_told, within=180)
    await asyncio.sleep(2)
    assert await all_filed_and_told() and await all_decided_and_told(), "nothing comes late a second time"
