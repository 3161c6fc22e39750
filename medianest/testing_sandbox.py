"""An installation for one test, on servers that all tests share."""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
from nats.aio.client import Client
from redis.asyncio import Redis
from sqlalchemy.engine import make_url

from medianest.embedded import ServerUrls
from medianest.installation import without_user
from medianest_common.bus import Bus, Context, use
from medianest_common.bus.reach import NOTHING_MORE
from medianest_common.bus.topology import ensure, streams_for
from medianest_common.bus.violations import VIOLATIONS
from medianest_common.bus.wire import inbox
from medianest_common.clock import Clock, SystemClock, uuid7
from medianest_common.contracts.base import Rpc
from medianest_common.contracts.identity import Caller, Role
from medianest_common.db.migrate import migrate
from medianest_common.lifecycle import SERVICES, role_secret, running
from medianest_common.security.encryption import KeyRing
from medianest_common.seeds import OPERATOR
from medianest_common.service import Service

TIMEOUT = 30.0
PATIENCE = 10.0
"""How long a test waits for an answer where it does not say: a machine with much to do is slow, and may stand still."""
SECRET_KEY = KeyRing.generate().dump()
_migrated: dict[tuple[str, ...], str] = {}
"""Databases that hold the tables of these migrations already, to be copied from: on one server for each process."""


class PatientBus(Bus):
    """As the gateway asks, but for how long it waits where nothing is said: how quick an answer is is for `bench/`."""

    async def call[R](self, message: Rpc[R], *, timeout: float = PATIENCE) -> R:
        return await super().call(message, timeout=timeout)

    async def call_raw(self, message: Rpc[Any], *, timeout: float = PATIENCE) -> bytes:
        return await super().call_raw(message, timeout=timeout)

    async def call_bytes(self, message: Rpc[Any], *, timeout: float = PATIENCE) -> tuple[bytes, str]:
        return await super().call_bytes(message, timeout=timeout)


class _Client(Client):
    """Whose subscriptions stand once it has flushed: the ping of the first flush is written ahead of the subscriptions
    that still wait in the buffer of the client."""

    async def flush(self, timeout: float = TIMEOUT) -> None:
        for _ in range(2):
            await super().flush(int(max(timeout, TIMEOUT)))


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
    lets_be_refused: bool = False
    """Otherwise a service that tries what it has no permission for on the bus fails the test."""

    async def start(self, *services: Service, **settings: Any) -> None:
        """Migrate and run these services until the test ends or `stop` is called. Started twice is two replicas."""
        self.settings |= settings
        await self._migrate(services)
        for service in services:
            # Kept before it is entered: whatever nobody keeps is closed whenever it is collected.
            stack = self._services.setdefault(service.name, AsyncExitStack())
            await stack.enter_async_context(
                running(service, overrides=self.settings_for(service), clock=self.clock)
            )

    def settings_for(self, service: Service) -> dict[str, Any]:
        """The services of the product come to the bus as themselves, with no more permissions than they have in an
        installation. What only stands in for one may do everything."""
        seeds = self.urls.nats_seeds_dir
        is_ours = service.name in SERVICES and service.reach != NOTHING_MORE
        if seeds is None or not is_ours:
            return self.settings
        return self.settings | {
            "nats_url": without_user(self.settings["nats_url"]),
            "nats_seeds_dir": seeds,
        }

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
    # As the operator, whom services answer.
    await client.connect(urls.nats_url, connect_timeout=int(TIMEOUT), inbox_prefix=inbox(OPERATOR).encode())
    try:
        await _empty(client, urls.valkey_url)
        settings: dict[str, Any] = {
            "nats_url": urls.nats_url,
            "valkey_url": urls.valkey_url,
            "database_url": admin.set(database=name).render_as_string(hide_password=False),
            "data_dir": data_dir,
            "secret_key": SECRET_KEY,
            "port": 0,
            # Nobody there: no test looks for pictures on the Internet.
            "tmdb_images_url": "http://127.0.0.1:9",
        }
        sandbox = Sandbox(
            urls=urls,
            settings=settings,
            bus=PatientBus(client, service="gateway", clock=clock),
            nats=client,
            clock=clock,
        )
        refused_before = _refused()
        try:
            yield sandbox
        finally:
            await sandbox.close()
            await _execute(urls.database_url, f"drop database if exists {name} with (force)")
        # After a test that has failed by itself that is what is told.
        refused = _refused() - refused_before
        assert sandbox.lets_be_refused or not refused, "the bus has refused something: see `bus_violation`"
    finally:
        await client.close()


def _refused() -> int:
    samples = [sample for metric in VIOLATIONS.collect() for sample in metric.samples]
    return int(sum(sample.value for sample in samples if sample.name.endswith("_total")))


async def _empty(client: Client, valkey_url: str) -> None:
    js = client.jetstream(timeout=TIMEOUT)
    for stream in await js.streams_info():
        assert stream.config.name
        await js.delete_stream(stream.config.name)
    # What the gateway does, which most tests go without.
    await ensure(js, streams=streams_for(SERVICES))
    valkey = Redis.from_url(valkey_url, socket_timeout=TIMEOUT, socket_connect_timeout=TIMEOUT)
    await valkey.flushall()
    await valkey.aclose()


def _copy(template: str | None, *, to: str | None) -> str:
    """File by file, which costs a third of what copying through the log of the server does."""
    return f"create database {to} template {template} strategy file_copy"


async def _execute(database_url: str, *statements: str) -> None:
    async with _connected(database_url) as connection:
        for statement in statements:
            await connection.execute(statement, timeout=TIMEOUT)


@asynccontextmanager
async def _connected(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    dsn = make_url(database_url).set(drivername="postgresql").render_as_string(hide_password=False)
    connection = await asyncpg.connect(dsn, timeout=TIMEOUT)
    try:
        yield connection
    finally:
        await connection.close(timeout=TIMEOUT)
