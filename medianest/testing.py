"""Fixtures for tests against the real servers: embedded ones by default, containers with TEST_SERVERS=containers."""

import asyncio
import gc
import os
import shutil
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from random import SystemRandom
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest
from nats.aio.client import Client
from redis.asyncio import Redis
from sqlalchemy.engine import make_url

from medianest.embedded import EmbeddedServers, ServerUrls, in_background
from medianest_common import lifecycle
from medianest_common.bus import Bus, Context, use
from medianest_common.cache import Cache, open_valkey
from medianest_common.clock import Clock, SystemClock, uuid7
from medianest_common.contracts.base import Rpc
from medianest_common.contracts.identity import Caller, Role
from medianest_common.db import database
from medianest_common.db.migrate import migrate
from medianest_common.errors import MediaNestError
from medianest_common.lifecycle import role_secret, running
from medianest_common.security.encryption import KeyRing
from medianest_common.service import Service

_TIMEOUT = 30.0
_PATIENCE = 10.0
"""How long a test waits for an answer where it does not say: a machine with much to do is slow, and may stand still."""
AT_ONCE = 8.0
"""What is promised within a second has happened by then on a machine that is five times slower and stands still for a
moment. What waits for the next round of something has not: the shortest of those is ten seconds and more."""
_PORTS = range(10_000, 21_000)
_MEMORY = Path("/dev/shm")  # noqa: S108
_ROOM_BYTES = 2 << 30
_FOLDER = "medianest-tests-"
"""And the number of the process, so that what a killed one has left behind is known."""
SECRET_KEY = KeyRing.generate().dump()
_migrated: dict[tuple[str, ...], str] = {}
"""Databases that hold the tables of these migrations already, to be copied from: on one server for each process."""


def pytest_collection_finish() -> None:
    """What has been read by now stays to the end; the collector need not look at all of it again and again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedServers]:
    """One set of servers for the whole run (one per worker); `kill` and `pid` are for fault tests."""
    with _quick_folder(tmp_path_factory) as folder, in_background(EmbeddedServers(folder)) as started:
        yield started


@contextmanager
def _quick_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """In memory where there is room: what is synced to a disk after each event is most of the time of a test."""
    if (
        not (_MEMORY.is_dir() and os.access(_MEMORY, os.W_OK))
        or shutil.disk_usage(_MEMORY).free < _ROOM_BYTES
    ):
        yield tmp_path_factory.mktemp("servers")
        return
    for left in _MEMORY.glob(f"{_FOLDER}*"):
        if not Path(f"/proc/{left.name.removeprefix(_FOLDER)}").exists():
            shutil.rmtree(left, ignore_errors=True)
    folder = _MEMORY / f"{_FOLDER}{os.getpid()}"
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def server_urls(request: pytest.FixtureRequest) -> Iterator[ServerUrls]:
    if os.environ.get("TEST_SERVERS") == "containers":
        from medianest.testing_containers import containers

        with containers() as urls:
            yield urls
        return
    yield request.getfixturevalue("servers").urls


@pytest.fixture(scope="module")
def patient() -> Iterator[None]:
    """For tests that are not about what hangs: a machine that stands still for a moment makes nothing count as away.

    A Valkey that does not answer within a quarter of a second does, for a second in which limits are stricter and
    nothing is kept, and so does a service after two, and a database that has no connection to spare after three.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lifecycle, "open_valkey", partial(open_valkey, timeout=_TIMEOUT))
        patch.setattr(lifecycle, "Cache", partial(Cache, timeout=_TIMEOUT))
        for name in ("POOL_TIMEOUT", "CONNECT_TIMEOUT"):
            patch.setattr(database, name, _TIMEOUT)
        for ask in (Bus.call, Bus.call_raw, Bus.call_bytes):
            assert ask.__kwdefaults__ is not None
            patch.setitem(ask.__kwdefaults__, "timeout", _PATIENCE)
        yield


class PatientBus(Bus):
    """As the gateway asks, but for how long it waits where nothing is said: how quick an answer is is for `bench/`."""

    async def call[R](self, message: Rpc[R], *, timeout: float = _PATIENCE) -> R:
        return await super().call(message, timeout=timeout)

    async def call_raw(self, message: Rpc[Any], *, timeout: float = _PATIENCE) -> bytes:
        return await super().call_raw(message, timeout=timeout)

    async def call_bytes(self, message: Rpc[Any], *, timeout: float = _PATIENCE) -> tuple[bytes, str]:
        return await super().call_bytes(message, timeout=timeout)


class _Client(Client):
    """Whose subscriptions stand once it has flushed: the ping of the first flush is written ahead of the subscriptions
    that still wait in the buffer of the client."""

    async def flush(self, timeout: float = _TIMEOUT) -> None:
        for _ in range(2):
            await super().flush(int(max(timeout, _TIMEOUT)))


@dataclass
class Sandbox:
    """An installation of its own: a database, an empty bus and cache, and whichever services a test starts."""

    urls: ServerUrls
    settings: dict[str, Any]
    bus: Bus
    nats: Client
    clock: Clock
    _stack: AsyncExitStack = field(default_factory=AsyncExitStack)
    _services: dict[str, AsyncExitStack] = field(default_factory=dict)
    _has_database: bool = False

    async def start(self, *services: Service, **settings: Any) -> None:
        """Migrate and run these services until the test ends or `stop` is called. Started twice is two replicas."""
        self.settings |= settings
        await self._migrate(services)
        for service in services:
            # Kept before it is entered: whatever nobody keeps is closed whenever it is collected.
            stack = self._services.setdefault(service.name, AsyncExitStack())
            await stack.enter_async_context(running(service, overrides=self.settings, clock=self.clock))

    async def _migrate(self, services: Sequence[Service]) -> None:
        secret = role_secret(KeyRing.parse(SECRET_KEY))
        url = self.settings["database_url"]
        tables = tuple(sorted(each.migrations for each in services if each.metadata is not None))
        if not tables:
            return
        if self._has_database:
            await migrate(services, admin_url=url, secret=secret)
        elif template := _migrated.get(tables):
            await self.create_database(template)
        else:
            await self.create_database()
            await migrate(services, admin_url=url, secret=secret)
            template = f"migrated_{uuid7().hex}"
            await _execute(self.urls.database_url, _copy(make_url(url).database, to=template))
            _migrated[tables] = template

    async def create_database(self, template: str = "template1") -> None:
        """What `start` does by itself; for those who need a database and no service."""
        database = make_url(self.settings["database_url"]).database
        await _execute(self.urls.database_url, _copy(template, to=database))
        self._has_database = True

    async def stop(self, name: str) -> None:
        await self._services.pop(name).aclose()

    async def close(self) -> None:
        for name in reversed(list(self._services)):
            await self.stop(name)

    @contextmanager
    def as_user(
        self,
        *,
        role: Role = Role.USER,
        user_id: UUID | None = None,
        name: str = "Ada",
        session_id: UUID | None = None,
    ) -> Iterator[Caller]:
        """Calls in this block are made for this person, as the gateway would."""
        caller = Caller(
            user_id=user_id or uuid7(),
            session_id=session_id or uuid7(),
            role=role,
            name=name,
            auth_time=self.clock.now(),
        )
        with use(Context(correlation_id=str(uuid7()), caller=caller)):
            yield caller

    async def emit(self, event: Any, *, event_id: UUID | None = None) -> UUID:
        """Put an event on the bus as its producer's relay would."""
        event_id = event_id or uuid7()
        await self.bus.publish_stored(
            event.subject,
            event.model_dump_json().encode(),
            headers={"ce-id": str(event_id), "Nats-Msg-Id": str(event_id), "mn-correlation": str(uuid7())},
        )
        return event_id


def brisk(service: Service, *timers: str) -> Service:
    """With these clock jobs, which look every second or two whether something is due, looking at once: a test that has
    moved the time on need not wait for them."""
    hurried = [
        replace(timer, seconds=0.1) if timer.name in timers else timer for timer in service.handlers.timers
    ]
    assert sum(timer.name in timers for timer in hurried) == len(timers), timers
    return replace(service, handlers=replace(service.handlers, timers=hurried))


@asynccontextmanager
async def sandbox_on(
    urls: ServerUrls, data_dir: Path, *, clock: Clock | None = None
) -> AsyncIterator[Sandbox]:
    clock = clock or SystemClock()
    name = f"test_{uuid7().hex}"
    admin = make_url(urls.database_url)
    client = _Client()
    await client.connect(urls.nats_url, connect_timeout=int(_TIMEOUT))
    try:
        await _empty(client, urls.valkey_url)
        settings: dict[str, Any] = {
            "nats_url": urls.nats_url,
            "valkey_url": urls.valkey_url,
            "database_url": admin.set(database=name).render_as_string(hide_password=False),
            "data_dir": data_dir,
            "secret_key": SECRET_KEY,
            "port": 0,
        }
        sandbox = Sandbox(
            urls=urls,
            settings=settings,
            bus=PatientBus(client, service="gateway", clock=clock),
            nats=client,
            clock=clock,
        )
        try:
            yield sandbox
        finally:
            await sandbox.close()
            await _execute(urls.database_url, f"drop database if exists {name} with (force)")
    finally:
        await client.close()


@pytest.fixture
async def sandbox(server_urls: ServerUrls, tmp_path: Path) -> AsyncIterator[Sandbox]:
    async with sandbox_on(server_urls, tmp_path) as sandbox:
        yield sandbox


async def _empty(client: Client, valkey_url: str) -> None:
    js = client.jetstream(timeout=_TIMEOUT)
    for stream in await js.streams_info():
        assert stream.config.name
        await js.delete_stream(stream.config.name)
    valkey = Redis.from_url(valkey_url, socket_timeout=_TIMEOUT, socket_connect_timeout=_TIMEOUT)
    await valkey.flushall()
    await valkey.aclose()


def _copy(template: str | None, *, to: str | None) -> str:
    """File by file, which costs a third of what copying through the log of the server does."""
    return f"create database {to} template {template} strategy file_copy"


async def _execute(database_url: str, *statements: str) -> None:
    async with _connected(database_url) as connection:
        for statement in statements:
            await connection.execute(statement, timeout=_TIMEOUT)


@asynccontextmanager
async def _connected(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    dsn = make_url(database_url).set(drivername="postgresql").render_as_string(hide_password=False)
    connection = await asyncpg.connect(dsn, timeout=_TIMEOUT)
    try:
        yield connection
    finally:
        await connection.close(timeout=_TIMEOUT)


def free_port() -> int:
    """Nobody takes it before it is listened at: the system gives it to nobody, neither for port 0 nor for a connection,
    the embedded servers have theirs above, and other tests draw from as many."""
    for port in SystemRandom().sample(_PORTS, k=200):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with suppress(OSError):
                probe.bind(("", port))
                return port
    raise AssertionError("no port is free")


async def eventually[T](probe: Callable[[], Awaitable[T | None]], *, within: float = 60.0) -> T:
    """Wait until `await probe()` gives something true or stops failing its assertions, and return it. That a part is
    busy or away (503, 504) is no answer yet.

    `within` tells what never comes from what does, and not how quick something is: that is for `bench/`.
    """
    deadline = asyncio.get_running_loop().time() + within
    while True:
        failure: Exception | None = None
        try:
            if value := await probe():
                return value
        except AssertionError as error:
            failure = error
        except MediaNestError as error:
            if error.status not in (503, 504):
                raise
            failure = error
        except httpx.HTTPStatusError as error:
            if error.response.status_code not in (503, 504):
                raise
            failure = error
        if asyncio.get_running_loop().time() > deadline:
            raise failure or AssertionError(f"still nothing after {within} s")
        await asyncio.sleep(0.02)
