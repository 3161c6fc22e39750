"""One of two gateways is killed with its sockets open: its clients go on at the other, lose and repeat nothing."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

from medianest import registry
from medianest.testing import Sandbox, eventually, free_port
from medianest_common.contracts.media import RequestStatus
from medianest_common.testing.live_client import LiveClient
from services.notifications.tests.household import Person, request_event

SETUP_TOKEN = "set-up-token-of-the-tests-0123456789abcdef"
PASSWORD = "correct horse battery staple"
PAGES = 6
TOLD = 60
STARTS_WITHIN = 120.0


@dataclass
class Gateway:
    """A process of its own."""

    port: int
    ready: Path
    log: Path
    process: asyncio.subprocess.Process | None = None
    streams: int = 0
    """How many connections the balancer has open to it."""

    async def start(self, settings: dict[str, Any]) -> None:
        plain = {name: value for name, value in os.environ.items() if not name.startswith("MEDIANEST_")}
        ours = {f"MEDIANEST_{name.upper()}": str(value) for name, value in settings.items()}
        with self.log.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "medianest", "run", "gateway"),
                *("--no-migrate", "--ready-file", str(self.ready)),
                env=plain | ours | {"MEDIANEST_PORT": str(self.port)},
                stdout=log,
                stderr=log,
            )

    async def is_up(self) -> bool:
        assert self.process is not None
        assert self.process.returncode is None, self.log.read_text(errors="replace")[-2000:]
        return self.ready.exists()

    async def end(self, how: signal.Signals) -> None:
        assert self.process is not None
        if self.process.returncode is None:
            self.process.send_signal(how)
            await asyncio.wait_for(self.process.wait(), 45)


@dataclass
class Balancer:
    """What stands before two gateways in a household that has two: each connection to the one with fewer, as long as
    it takes any."""

    gateways: list[Gateway]
    port: int = 0
    _open: set[asyncio.Task[Any]] = field(default_factory=set)

    @asynccontextmanager
    async def standing(self) -> AsyncIterator[None]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        try:
            yield
        finally:
            server.close()
            for task in self._open:
                task.cancel()
            await asyncio.gather(*self._open, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        try:
            for gateway in sorted(self.gateways, key=lambda each: each.streams):
                with suppress(OSError):
                    behind = await asyncio.open_connection("127.0.0.1", gateway.port)
                    await _joined(gateway, (reader, writer), behind)
                    return
        finally:
            self._open.discard(task)
            writer.close()


async def _joined(
    gateway: Gateway,
    client: tuple[asyncio.StreamReader, asyncio.StreamWriter],
    server: tuple[asyncio.StreamReader, asyncio.StreamWriter],
) -> None:
    """Until either end goes; then the other does as well."""
    gateway.streams += 1
    ways = [
        asyncio.create_task(_pass_on(client[0], server[1])),
        asyncio.create_task(_pass_on(server[0], client[1])),
    ]
    try:
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
    finally:
        gateway.streams -= 1
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)
        server[1].close()


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65_536):
        writer.write(data)
        await writer.drain()


@dataclass
class Household:
    sandbox: Sandbox
    gateways: list[Gateway]
    url: str
    ada: Person
    bearer: dict[str, str]

    def page(self, **position: Any) -> LiveClient:
        url = self.url.replace("http", "ws") + "/api/v1/ws"
        return LiveClient(url, ticket=self._ticket, origin=self.url, **position)

    async def _ticket(self) -> str:
        """From whichever lives, past the balancer, which is left with nothing but streams to spread evenly."""
        for gateway in self.gateways:
            url = f"http://localhost:{gateway.port}/api/v1/notifications/ticket"
            with suppress(httpx.TransportError):
                async with httpx.AsyncClient(timeout=20) as client:
                    made = await client.post(url, headers=self.bearer)
                return str(made.raise_for_status().json()["ticket"])
        raise ConnectionError("nobody gives tickets")

    async def tell(self, number: int) -> None:
        event = request_event(self.ada, RequestStatus.AVAILABLE, version=1, title=f"Film {number}")
        await self.sandbox.emit(event)


@pytest.fixture
async def household(sandbox: Sandbox, tmp_path: Path) -> AsyncIterator[Household]:
    async with AsyncExitStack() as stack:
        gateways = [
            Gateway(free_port(), tmp_path / f"{name}.ready", tmp_path / f"{name}.log")
            for name in ("first", "second")
        ]
        balancer = Balancer(gateways, free_port())
        url = f"http://localhost:{balancer.port}"
        settings = {"setup_token": SETUP_TOKEN, "base_url": url, "rate_limit_scale": 1000}
        await sandbox.start(
            *registry.services(["auth", "notifications"]), **settings, argon2_memory_kib=19_456
        )
        for gateway in gateways:
            await gateway.start(sandbox.settings)
            stack.push_async_callback(gateway.end, signal.SIGTERM)
        for gateway in gateways:
            await eventually(gateway.is_up, within=STARTS_WITHIN)
        await stack.enter_async_context(balancer.standing())
        async with httpx.AsyncClient(timeout=20) as client:
            csrf = (await client.get(f"{url}/api/v1/csrf")).json()["token"]
            who = {"setupToken": SETUP_TOKEN, "name": "Ada", "email": "ada@example.org", "password": PASSWORD}
            made = await client.post(f"{url}/api/v1/auth/setup", json=who, headers={"X-CSRF-Token": csrf})
            body = made.raise_for_status().json()
        ada = Person(sandbox, "Ada", id=UUID(body["user"]["id"]))
        bearer = {"Authorization": f"Bearer {body['accessToken']}"}
        await eventually(lambda: _have_streams(gateways, 0))
        yield Household(sandbox, gateways, url, ada, bearer)


@pytest.mark.long
@pytest.mark.timeout(300)
async def test_a_gateway_that_is_killed_costs_its_clients_nothing(household: Household) -> None:
    before = (await household.ada.count()).head
    epoch = (await household.ada.replay(None, None)).epoch
    async with AsyncExitStack() as stack:
        pages = [household.page(epoch=epoch, last_seq=before) for _ in range(PAGES)]
        for page in pages:
            await stack.enter_async_context(page)
        dying, living = household.gateways
        moved = PAGES // 2
        await eventually(lambda: _have_streams(household.gateways, moved))

        for number in range(TOLD):
            await household.tell(number)
            if number == TOLD // 3:
                # In the midst of it: some have been told, some are on their way, some are still to come.
                await eventually(lambda: _all_past(pages, before))
                await dying.end(signal.SIGKILL)
        everything = list(range(before + 1, before + TOLD + 1))

        async def all_have_everything() -> bool:
            assert [page.seqs for page in pages] == [everything] * PAGES
            return True

        await eventually(all_have_everything, within=60)
        assert living.streams == PAGES
        assert sorted(len(page.welcomes) for page in pages) == [1] * (PAGES - moved) + [2] * moved
        for page in pages:
            came = [frame["seq"] for frame in page.frames if frame["t"] == "event"]
            assert came == everything, "not even to be left out by the page"
            assert (page.gaps, page.holes) == ([], [])
        inbox = await household.ada.inbox()
        assert len({entry.id for entry in inbox[:TOLD]}) == TOLD


async def _have_streams(gateways: list[Gateway], each: int) -> bool:
    return [gateway.streams for gateway in gateways] == [each] * 2


async def _all_past(pages: list[LiveClient], seq: int) -> bool:
    return all(page.last_seq is not None and page.last_seq > seq for page in pages)
