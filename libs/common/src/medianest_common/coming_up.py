"""One service, up and down: settings, database, Valkey, bus, topology, its own application, subscriptions, leadership,
HTTP, and the other way round, so that nothing is asked of a part that has already left."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import structlog

from medianest_common.bus.broker import bind, make_broker, start, stop_broker, stop_consuming
from medianest_common.bus.client import Bus
from medianest_common.bus.credentials import credentials
from medianest_common.bus.rpc import RpcServer, answering
from medianest_common.bus.topology import Watchdog, consumers_for, own_streams, streams_for
from medianest_common.bus.violations import Violations
from medianest_common.cache import Cache, open_valkey
from medianest_common.clock import Clock, SystemClock, uuid7
from medianest_common.contracts.platform import outbox_subject, ping_subject
from medianest_common.db.database import Database, open_database
from medianest_common.db.migrated import until_migrated
from medianest_common.db.outbox import outbox_endpoint
from medianest_common.db.relay import Leader, Relay
from medianest_common.db.spare import give_back_spare
from medianest_common.figures import keep_figures, watch_disk
from medianest_common.http import breakers
from medianest_common.inside import Crash, Inside
from medianest_common.leading import lead
from medianest_common.own_keys import database_url_of, load_keys
from medianest_common.readiness import ReadinessProbe, ping_endpoint
from medianest_common.reporting import service_name
from medianest_common.security.encryption import KeyRing
from medianest_common.service import Runtime, Service
from medianest_common.settings import Settings, load

log = structlog.get_logger()

SERVICES = ("gateway", "auth", "media", "plex", "youtube", "notifications", "health")
_FLUSH_SECONDS = 5


class ServiceStopped(Exception):
    """The service's connection to the bus is of no use any more; it has to be built anew."""


@asynccontextmanager
async def running(
    service: Service,
    *,
    overrides: dict[str, Any] | None = None,
    clock: Clock | None = None,
    after: Crash | None = None,
) -> AsyncIterator[asyncio.Future[None]]:
    """One service, up and answering inside the block. Await the yielded future to hear of a crash."""
    settings = load(service.settings, **(overrides or {}))
    clock = clock or SystemClock()
    # Every task of this service is begun below, and inherits it.
    service_name.set(service.name)
    failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    instance = f"{socket.gethostname()}-{os.getpid()}-{uuid7().hex[-6:]}"
    inside = Inside(service=service.name, instance=instance, clock=clock)
    async with AsyncExitStack() as stack:
        opening = breakers.opening(inside.breakers)
        background = _Background(failed)
        stack.push_async_callback(background.stop)
        keys = load_keys(settings)
        database = _open_database(service, settings, keys=keys, clock=clock)
        if database:
            stack.push_async_callback(database.close)
            await until_migrated(service, database)
        valkey = open_valkey(settings.valkey_url)
        stack.push_async_callback(valkey.aclose)
        cache = Cache(valkey, service=service.name, clock=clock)
        stack.push_async_callback(cache.aclose)

        violations = Violations(service=service.name, clock=clock)
        broker = make_broker(
            settings.nats_url,
            name=service.name,
            credentials=credentials(settings, user=service.name),
            violations=violations,
            on_closed=lambda: _fail(failed, service.name),
            on_lost=inside.bus_lost,
            on_back=inside.bus_back,
        )
        client = await broker.connect()
        stack.push_async_callback(stop_broker, broker, client)
        bus = Bus(client, service=service.name, clock=clock, violations=violations)
        streams = streams_for(sorted({*SERVICES, service.name}), copies=settings.nats_copies)
        watchdog = Watchdog(
            bus.js,
            streams=streams if service.reach.keeps_streams else (),
            needed=own_streams(service.name),
            consumers=consumers_for(service.handlers),
        )
        while not watchdog.healthy:
            await watchdog.check()
            if not watchdog.healthy:
                await asyncio.sleep(0.5)

        runtime = Runtime(
            name=service.name,
            settings=settings,
            bus=bus,
            cache=cache,
            valkey=valkey,
            clock=clock,
            keys=keys,
            data_dir=Path(settings.data_dir),
            _database=database,
        )
        app = await stack.enter_async_context(service.open_app(runtime))
        # The clock jobs end before what they work with is closed.
        stack.push_async_callback(background.stop)
        relay = Relay(database, bus) if database else None
        probe = ReadinessProbe(
            service,
            app,
            runtime,
            watchdog=watchdog,
            violations=violations,
            relay=relay,
            instance=instance,
        )
        bind(broker, service.handlers, app=app, database=database, bus=bus)
        stack.push_async_callback(stop_consuming, broker, client, await start(broker))
        answers = RpcServer(client, service=service.name)
        stack.push_async_callback(answers.stop)
        for rpc in service.handlers.rpcs:
            answer = answering(rpc, app=app, clock=clock)
            await answers.serve(rpc.message.subject, answer, concurrency=rpc.concurrency)
        await answers.serve(ping_subject(service.name), ping_endpoint(probe))
        await answers.serve(outbox_subject(service.name), outbox_endpoint(database, service=service.name))
        await inside.serve(answers, readiness=ping_endpoint(probe))
        # Only then does the server know of them, and may somebody be told that we are up. Twice, as the ping of the
        # first flush is written ahead of the subscriptions that still wait in the client's buffer.
        await client.flush(_FLUSH_SECONDS)
        await client.flush(_FLUSH_SECONDS)
        background.start(_until_deaf(violations))
        background.start(watchdog.run())
        if database and relay:
            leader = Leader(
                str(database_url_of(service, settings, keys=keys)),
                service=service.name,
                work=lambda connection: lead(service, connection, relay=relay, app=app, database=database),
                on_lost=inside.database_lost,
                on_back=inside.database_back,
                on_rival=relay.forget_the_clock,
            )
            background.start(leader.run())
        if service.web:
            from medianest_common.web.server import serving

            await stack.enter_async_context(serving(service.web(app), host=settings.host, port=settings.port))
            if service.leaving:
                stack.push_async_callback(service.leaving, app)
        if settings.ops_port is not None and not (service.web and settings.ops_port == settings.port):
            from medianest_common.web.ops import ops_app
            from medianest_common.web.server import serving

            operations = ops_app(probe, settings)
            await stack.enter_async_context(serving(operations, host=settings.host, port=settings.ops_port))
        if after:
            inside.up_again(after)
        background.start(inside.recoveries.run(bus))
        background.start(watch_disk(Path(settings.data_dir), name="data"))
        background.start(keep_figures(service.name, database))
        if database:
            background.start(give_back_spare(database.engine))
        announcer = inside.announcer(bus, started_at=probe.started_at)
        background.start(announcer.run())
        breakers.opened(opening)
        log.info("service_started", service=service.name, instance=instance)
        yield failed
        if not failed.done():
            await announcer.leave()
        log.info("service_stopping", service=service.name)


class _Background:
    """Tasks of one service; the first that fails fails the service, and all end with it."""

    def __init__(self, failed: asyncio.Future[None]) -> None:
        self._failed = failed
        self._tasks: set[asyncio.Task[Any]] = set()

    def start(self, work: Coroutine[Any, Any, Any]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._report)

    def _report(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) and not self._failed.done():
            self._failed.set_exception(error)

    async def stop(self) -> None:
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._failed.done() and not self._failed.cancelled():
            self._failed.exception()


def _fail(failed: asyncio.Future[None], name: str) -> None:
    if not failed.done():
        failed.set_exception(ServiceStopped(f"{name}: the bus connection was closed"))


async def _until_deaf(violations: Violations) -> None:
    raise ServiceStopped(f"the bus does not let it hear {await violations.deaf()}; it asks again")


def _open_database(service: Service, settings: Settings, *, keys: KeyRing, clock: Clock) -> Database | None:
    if service.metadata is None:
        return None
    url = database_url_of(service, settings, keys=keys)
    return open_database(
        url,
        metadata=service.metadata,
        service=service.name,
        clock=clock,
        pool_size=settings.database_connections,
    )
