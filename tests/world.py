"""The whole product as a process of its own, and people who use it from outside."""

import asyncio
import atexit
import json
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx
import psutil

from medianest.testing import free_port
from medianest_common.testing.fake_overseerr import FakeOverseerr
from medianest_common.testing.fake_plex import FakeAccount, FakePlex
from medianest_common.testing.live_client import LiveClient
from medianest_common.testing.planted import MARK

START_SECONDS = 180.0
NO_PICTURES = "http://127.0.0.1:9"
"""Nobody there: no test looks for them on the Internet."""
_PATIENCE = 90.0
"""Longer than the gateway waits for anybody."""
_NO_TIME = (503, 504)
OWNER_EMAIL = "olive@example.org"
# None of those in the examples of the description: whoever tries them all would change it.
OWNER_PASSWORD = f"{MARK} of nine brown foxes"
SETUP_TOKEN = f"{MARK}-to-set-up-the-product"
WEBHOOK_SECRET = f"{MARK}-of-overseerr"
METRICS_TOKEN = f"{MARK}-for-whoever-reads-the-metrics"


@dataclass
class Product:
    """`medianest run` on a data folder; may be killed and started again."""

    data_dir: Path
    environment: dict[str, str]
    port: int
    arguments: tuple[str, ...] = ()
    process: asyncio.subprocess.Process | None = None

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def log(self) -> Path:
        return self.data_dir / "product.log"

    async def start(self) -> None:
        self.data_dir.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "medianest",
                "run",
                *self.arguments,
                env=self.environment,
                stdout=log,
                stderr=log,
            )
        await self.ready()

    async def ready(self, *, within: float = START_SECONDS) -> None:
        """Wait until `/health/ready` says so."""
        deadline = asyncio.get_running_loop().time() + within
        async with httpx.AsyncClient(base_url=self.url, timeout=20) as client:
            while True:
                try:
                    response = await client.get("/health/ready")
                    if response.status_code == 200:
                        return
                    last = response.text
                except httpx.HTTPError as error:
                    last = repr(error)
                ended = self.process is not None and self.process.returncode is not None
                late = asyncio.get_running_loop().time() > deadline
                assert not ended and not late, f"not ready: {last}\n{self.tail()}"
                await asyncio.sleep(0.05)

    async def stop(self) -> None:
        assert self.process
        if self.process.returncode is None:
            self.process.send_signal(signal.SIGINT)
            await asyncio.wait_for(self.process.wait(), 120)

    async def kill(self) -> None:
        """The machine's plug, as far as a process can feel it: no goodbye to anyone."""
        assert self.process
        self.process.kill()
        await self.process.wait()

    async def command(self, *arguments: str) -> tuple[int, str]:
        """Another `medianest` command on the same installation; its exit code, and what it said on both streams."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "medianest", *arguments),
            env=self.environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said, _ = await asyncio.wait_for(process.communicate(), START_SECONDS)
        assert process.returncode is not None
        return process.returncode, said.decode()

    def server(self, name: str) -> psutil.Process:
        """One of the servers among our descendants: `nats-server`, `postgres` or `valkey-server`."""
        assert self.process
        for process in psutil.Process(self.process.pid).children(recursive=True):
            if name in " ".join(process.cmdline()[:1]):
                return process
        raise LookupError(name)

    def service(self, name: str) -> psutil.Process:
        """The process of one service, where each has its own."""
        assert self.process
        for process in psutil.Process(self.process.pid).children(recursive=True):
            command = process.cmdline()
            if "run" in command and command[command.index("run") + 1] == name:
                return process
        raise LookupError(name)

    def tail(self) -> str:
        return self.log.read_text(errors="replace")[-3000:] if self.log.exists() else ""


@dataclass
class Person:
    """Somebody at a browser: cookies are kept, and the CSRF token is sent where a page would send it."""

    product: Product
    http: httpx.AsyncClient
    csrf: str = ""
    token: str = ""
    user: dict[str, Any] = field(default_factory=dict)

    async def get(self, path: str, **options: Any) -> httpx.Response:
        return await self.http.get(f"/api/v1{path}", **options)

    async def post(self, path: str, json: Any = None, **options: Any) -> httpx.Response:
        headers = {"X-CSRF-Token": self.csrf, **options.pop("headers", {})}
        return await self.http.post(f"/api/v1{path}", json=json, headers=headers, **options)

    async def delete(self, path: str) -> httpx.Response:
        return await self.http.delete(f"/api/v1{path}", headers={"X-CSRF-Token": self.csrf})

    async def arrive(self) -> None:
        self.csrf = (await self.get("/csrf")).raise_for_status().json()["token"]

    def signed_in(self, response: httpx.Response) -> None:
        body = response.raise_for_status().json()
        self.csrf, self.token, self.user = body["csrfToken"], body["accessToken"], body["user"]

    async def set_up(self) -> None:
        await self.arrive()
        body = {"setupToken": SETUP_TOKEN, "name": "Olive", "email": OWNER_EMAIL, "password": OWNER_PASSWORD}
        answer = await self.post("/auth/setup", body)
        if answer.status_code in _NO_TIME:
            # It may have been done all the same.
            answer = await _in_time(lambda: self.post("/auth/setup", body))
            if answer.status_code not in (200, 201):
                await self.sign_in()
                return
        self.signed_in(answer)

    async def sign_in(self) -> None:
        """As the owner, with the password."""
        await self.arrive()
        body = {"email": OWNER_EMAIL, "password": OWNER_PASSWORD}
        self.signed_in(await _in_time(lambda: self.post("/auth/login", body)))

    async def sign_in_with_plex(self, plex: FakePlex, account: FakeAccount) -> None:
        async def once() -> httpx.Response:
            await self.arrive()
            started = (await _in_time(lambda: self.post("/auth/plex/pin"))).raise_for_status().json()
            plex.claim_pin(started["code"], account)
            return await self.post("/auth/plex/verify", {"loginId": started["loginId"]})

        self.signed_in(await _in_time(once))

    async def refresh(self) -> None:
        self.signed_in(await self.post("/auth/refresh"))

    async def request(self, media_type: str, tmdb_id: int, **more: Any) -> httpx.Response:
        return await self.post("/media/request", {"mediaType": media_type, "tmdbId": tmdb_id, **more})

    async def status_of(self, request_id: str) -> str:
        return str((await self.get(f"/media/requests/{request_id}")).raise_for_status().json()["status"])

    async def ticket(self) -> str:
        """Raises `ConnectionError`, after which one comes back, where it cannot be had just now."""
        try:
            answer = await self.post("/notifications/ticket")
        except httpx.TransportError as error:
            raise ConnectionError("there is nobody") from error
        if answer.status_code in _NO_TIME:
            raise ConnectionError(answer.text)
        return str(answer.raise_for_status().json()["ticket"])


async def _in_time(ask: Callable[[], Awaitable[httpx.Response]]) -> httpx.Response:
    """How people get in is for other tests; here it is asked for again where there was no time for it."""
    for _ in range(5):
        answer = await ask()
        if answer.status_code not in _NO_TIME:
            break
        await asyncio.sleep(1)
    return answer


@dataclass
class Browsers:
    """Whoever comes to a portal, wherever that runs."""

    product: Product
    _stack: AsyncExitStack

    async def person(self) -> Person:
        client = httpx.AsyncClient(base_url=self.product.url, timeout=_PATIENCE)
        await self._stack.enter_async_context(client)
        return Person(self.product, client)

    async def listen(self, person: Person) -> LiveClient:
        """An open socket of this person."""
        live = LiveClient(
            f"ws://localhost:{self.product.port}/api/v1/ws", ticket=person.ticket, origin=self.product.url
        )
        await self._stack.enter_async_context(live)
        return live


@dataclass
class World(Browsers):
    """A household: the product, the systems around it, and whoever comes to use it."""

    plex: FakePlex
    overseerr: FakeOverseerr

    async def owner(self) -> Person:
        """The first visitor, who sets everything up."""
        person = await self.person()
        await person.set_up()
        return person

    async def friend(self, name: str = "Frida") -> Person:
        """Somebody with access to the Plex server, known to Overseerr as well."""
        account = self.plex.add_friend(username=name, email=f"{name.lower()}@example.org")
        self.overseerr.add_user(plex_id=account.id, email=account.email, username=name)
        person = await self.person()
        await person.sign_in_with_plex(self.plex, account)
        return person


@asynccontextmanager
async def world(
    data_dir: Path, *, started: bool = True, processes: bool = False, **settings: str
) -> AsyncIterator[World]:
    async with AsyncExitStack() as stack:
        plex = await stack.enter_async_context(FakePlex.start())
        overseerr = await stack.enter_async_context(FakeOverseerr.start())
        port = free_port()
        plain = {name: value for name, value in os.environ.items() if not name.startswith("MEDIANEST_")}
        environment = plain | {
            "MEDIANEST_DATA_DIR": str(data_dir),
            "MEDIANEST_PORT": str(port),
            "MEDIANEST_BASE_URL": f"http://localhost:{port}",
            "MEDIANEST_SETUP_TOKEN": SETUP_TOKEN,
            "MEDIANEST_METRICS_TOKEN": METRICS_TOKEN,
            "MEDIANEST_RATE_LIMIT_SCALE": "100",
            # The least that is allowed: whoever signs in here does so often.
            "MEDIANEST_ARGON2_MEMORY_KIB": "19456",
            "MEDIANEST_TMDB_IMAGES_URL": NO_PICTURES,
            "MEDIANEST_PLEX_TV_URL": plex.tv_url,
            "MEDIANEST_PLEX_APP_URL": plex.tv_url,
            "MEDIANEST_PLEX_URL": plex.server_url,
            "MEDIANEST_PLEX_TOKEN": plex.owner.token,
            "MEDIANEST_OVERSEERR_URL": overseerr.url,
            "MEDIANEST_OVERSEERR_API_KEY": overseerr.api_key,
            "MEDIANEST_OVERSEERR_WEBHOOK_SECRET": WEBHOOK_SECRET,
            # Nobody answers there, so that no test reaches the real YouTube.
            "MEDIANEST_YOUTUBE_PROXY": "http://127.0.0.1:9",
            "MEDIANEST_NOTIFY_ALLOWED_HOSTS": "127.0.0.1:9",
            "MEDIANEST_DISCORD_URL": "http://127.0.0.1:9",
            "MEDIANEST_TELEGRAM_URL": "http://127.0.0.1:9",
            **{f"MEDIANEST_{name.upper()}": value for name, value in settings.items()},
        }
        overseerr.set_webhook(
            f"http://localhost:{port}/api/v1/webhooks/overseerr", authorization=WEBHOOK_SECRET
        )
        if os.environ.get("TEST_SERVERS") == "containers":
            environment |= await _in_containers(stack)
        product = Product(data_dir, environment, port, ("--processes",) if processes else ())
        if started:
            await _furnish(product)
            await product.start()
        try:
            yield World(product, stack, plex, overseerr)
        finally:
            if product.process and product.process.returncode is None:
                await product.stop()
        # Whatever a service tried for want of a permission is a fault of ours.
        if product.log.exists():
            assert "bus_violation" not in product.log.read_text(errors="replace"), product.log


async def _in_containers(stack: AsyncExitStack) -> dict[str, str]:
    """Where the servers are for which this household has containers of its own."""
    from medianest.testing_containers import containers

    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="medianest-containers-")))
    starting = containers(folder)
    urls = await asyncio.to_thread(starting.__enter__)
    stack.push(starting)
    return {
        "MEDIANEST_NATS_URL": urls.nats_url,
        "MEDIANEST_NATS_SEEDS_DIR": str(urls.nats_seeds_dir),
        "MEDIANEST_DATABASE_URL": urls.database_url,
        "MEDIANEST_VALKEY_URL": urls.valkey_url,
    }


_furnished: list[Path] = []
"""A data folder whose tables are there: making them is a third of a first start, which `tests/command_line` tries."""


async def _furnish(product: Product) -> None:
    if product.data_dir.exists() or "MEDIANEST_DATABASE_URL" in product.environment:
        return
    if not _furnished:
        folder = Path(tempfile.mkdtemp(prefix="medianest-world-"))
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        environment = product.environment | {"MEDIANEST_DATA_DIR": str(folder / "data")}
        code, said = await replace(product, environment=environment).command("migrate")
        assert code == 0, said
        state = folder / "data" / "servers" / "state.json"
        kept = json.loads(state.read_text())
        # Each installation finds ports of its own.
        state.write_text(json.dumps({name: kept[name] for name in kept if not name.endswith("_port")}))
        _furnished.append(folder / "data")
    leftovers = shutil.ignore_patterns("*.pid", "*.log", "*.lock")
    await asyncio.to_thread(shutil.copytree, _furnished[0], product.data_dir, ignore=leftovers)
