"""Runs services: everything that is the same for all of them, in order, up and down.

A service comes up as settings, database, Valkey, bus, topology, its own application, subscriptions, leadership, HTTP.
It goes down the other way round, so that nothing is asked of a part that has already left.
"""

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import asyncpg
import structlog

from medianest_common.bus.broker import bind, make_broker, start, stop_broker, stop_consuming
from medianest_common.bus.client import Bus
from medianest_common.bus.context import Context, use
from medianest_common.bus.handlers import TimerSpec
from medianest_common.bus.rpc import RpcServer, answering
from medianest_common.bus.topology import Watchdog, consumers_for, streams_for
from medianest_common.cache import Cache, open_valkey
from medianest_common.clock import Clock, SystemClock, uuid7
from medianest_common.contracts.platform import outbox_subject, ping_subject
from medianest_common.db.database import Database, open_database
from medianest_common.db.outbox import outbox_endpoint
from medianest_common.db.relay import Leader, Relay
from medianest_common.db.roles import role_url
from medianest_common.http import breakers
from medianest_common.inside import Crash, Inside
from medianest_common.readiness import ReadinessProbe, ping_endpoint
from medianest_common.reporting import service_name
from medianest_common.security.encryption import KeyRing
from medianest_common.service import Runtime, Service
from medianest_common.settings import Settings, SettingsError, load
from medianest_common.swapping import holding

log = structlog.get_logger()

SERVICES = ("gateway", "auth", "media", "plex", "youtube", "notifications", "health")
STOP_SECONDS = 4.0
_FLUSH_SECONDS = 5
RESTART_SECONDS = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
_NEXT_TIMER_SECONDS = 0.2
"""How long the first run of one clock job may hold up that of the next."""
_FORGET_CLAIMS = "delete from inbox where claimed_at < now() - interval '8 days'"
"""A day longer than events live on their streams."""


class ServiceStopped(Exception):
    """The service's connection to the bus was closed for good; it has to be built anew."""


async def run(
    services: Sequence[Service],
    *,
    stop: asyncio.Event,
    overrides: dict[str, Any] | None = None,
    clock: Clock | None = None,
    ready: Callable[[str], None] | None = None,
) -> None:
    """Run until `stop` is set. A service that crashes is restarted with back-off while the others go on.

    `ready` is called with a service's name each time it has come up.
    """
    doors = [service for service in services if service.web]
    others = [service for service in services if not service.web]
    door_stop, rest_stop = asyncio.Event(), asyncio.Event()

    def keep(service: Service, stopping: asyncio.Event) -> asyncio.Task[None]:
        work = _keep_running(service, stop=stopping, overrides=overrides or {}, clock=clock, ready=ready)
        return asyncio.create_task(work, name=service.name)

    running_doors = [keep(service, door_stop) for service in doors]
    running_rest = [keep(service, rest_stop) for service in others]
    try:
        await stop.wait()
    finally:
        for stopping, tasks in ((door_stop, running_doors), (rest_stop, running_rest)):
            stopping.set()
            if tasks:
                _, late = await asyncio.wait(tasks, timeout=STOP_SECONDS / 2)
                for task in late:
                    log.warning("service_stopped_late", service=task.get_name())
                    task.cancel()
        await asyncio.gather(*running_doors, *running_rest, return_exceptions=True)


async def _keep_running(
    service: Service,
    *,
    stop: asyncio.Event,
    overrides: dict[str, Any],
    clock: Clock | None,
    ready: Callable[[str], None] | None,
) -> None:
    clock = clock or SystemClock()
    crashes = 0
    crash: Crash | None = None
    while not stop.is_set():
        started = asyncio.get_running_loop().time()
        try:
            async with running(service, overrides=overrides, clock=clock, after=crash) as failed:
                crash = None
                if ready:
                    ready(service.name)
                try:
                    await _first(stop.wait(), failed)
                except Exception as error:
                    # What goes wrong on the way down hides it.
                    crash = Crash.by(error, clock=clock)
                    raise
            return
        except asyncio.CancelledError:
            raise
        except Exception as error:
            if asyncio.get_running_loop().time() - started > 60:
                crashes = 0
            # Several tries may go wrong until it is up again.
            crash = crash or Crash.by(error, clock=clock)
            wait = RESTART_SECONDS[min(crashes, len(RESTART_SECONDS) - 1)]
            crashes += 1
            trace = not isinstance(error, ServiceStopped | OSError | TimeoutError)
            log.error(
                "service_crashed", service=service.name, restart_in=wait, error=repr(error), exc_info=trace
            )
        try:
            await asyncio.wait_for(stop.wait(), wait)
        except TimeoutError:
            continue


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
        valkey = open_valkey(settings.valkey_url)
        stack.push_async_callback(valkey.aclose)
        cache = Cache(valkey, service=service.name, clock=clock)
        stack.push_async_callback(cache.aclose)

        broker = make_broker(
            settings.nats_url,
            name=service.name,
            on_closed=lambda: _fail(failed, service.name),
            on_lost=inside.bus_lost,
            on_back=inside.bus_back,
        )
        client = await broker.connect()
        stack.push_async_callback(stop_broker, broker, client)
        bus = Bus(client, service=service.name, clock=clock)
        consumers = consumers_for(service.handlers)
        watchdog = Watchdog(
            bus.js, streams=streams_for(sorted({*SERVICES, service.name})), consumers=consumers
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
        probe = ReadinessProbe(service, app, runtime, watchdog=watchdog, relay=relay, instance=instance)
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
        background.start(watchdog.run())
        if database and relay:
            leader = Leader(
                str(database_url_of(service, settings, keys=keys)),
                service=service.name,
                work=lambda connection: _lead(service, connection, relay=relay, app=app, database=database),
                on_lost=inside.database_lost,
                on_back=inside.database_back,
            )
            background.start(leader.run())
        if service.web:
            from medianest_common.web.server import serving

            await stack.enter_async_context(serving(service.web(app), host=settings.host, port=settings.port))
            if service.leaving:
                stack.push_async_callback(service.leaving, app)
        elif settings.ops_port is not None:
            from medianest_common.web.ops import ops_app
            from medianest_common.web.server import serving

            operations = ops_app(probe, settings)
            await stack.enter_async_context(serving(operations, host=settings.host, port=settings.ops_port))
        if after:
            inside.up_again(after)
        background.start(inside.recoveries.run(bus))
        announcer = inside.announcer(bus, started_at=probe.started_at)
        background.start(announcer.run())
        breakers.opened(opening)
        log.info("service_started", service=service.name, instance=instance)
        yield failed
        if not failed.done():
            await announcer.leave()
        log.info("service_stopping", service=service.name)


async def _lead(
    service: Service, connection: asyncpg.Connection, *, relay: Relay, app: Any, database: Database
) -> None:
    """What only one replica does: publish the outbox, run the clock jobs, forget old inbox rows."""

    async def forget_claims(_: Any) -> None:
        async with database.engine.begin() as fresh:
            await fresh.exec_driver_sql(_FORGET_CLAIMS)

    timers = [*service.handlers.timers, TimerSpec(name="forget_claims", seconds=3600, run=forget_claims)]
    async with asyncio.TaskGroup() as group:
        group.create_task(relay.run(connection))
        for timer in timers:
            tried = asyncio.Event()
            group.create_task(_every(timer, app, tried=tried))
            # One after the other, so that the first round needs one connection to the database and not ten.
            with suppress(TimeoutError):
                await asyncio.wait_for(tried.wait(), _NEXT_TIMER_SECONDS)


async def _every(timer: TimerSpec, app: Any, *, tried: asyncio.Event) -> None:
    while True:
        with use(Context(correlation_id=str(uuid7()))):
            try:
                async with asyncio.timeout(max(timer.seconds, 60)):
                    with holding(app) as present:
                        await timer.run(present)
            except Exception:
                log.exception("timer_failed", timer=timer.name)
        tried.set()
        await asyncio.sleep(timer.seconds)


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


async def _first(waiting: Any, failed: asyncio.Future[None]) -> None:
    task = asyncio.ensure_future(waiting)
    try:
        await asyncio.wait({task, failed}, return_when=asyncio.FIRST_COMPLETED)
        if failed.done():
            failed.result()
    finally:
        task.cancel()


def load_keys(settings: Settings) -> KeyRing:
    """Raises `SettingsError` for a keyring that cannot be used."""
    try:
        if settings.secret_key:
            return KeyRing.parse(settings.secret_key.get_secret_value(), path=settings.file_of("secret_key"))
        return KeyRing.load_or_generate(keyring_file(settings))
    except (ValueError, OSError) as error:
        raise SettingsError(f"MEDIANEST_SECRET_KEY: {error}") from error


def keyring_file(settings: Settings) -> Path:
    """Where the keyring lies that we made ourselves."""
    return Path(settings.data_dir) / "secrets" / "keyring"


def role_secret(keys: KeyRing) -> bytes:
    """What the passwords of the services' database roles are made from."""
    return keys.derive("database-roles")


def database_url_of(service: Service, settings: Settings, *, keys: KeyRing) -> str:
    """`MEDIANEST_<SERVICE>_DATABASE_URL`, else the service's own role on the common server."""
    own = os.environ.get(f"MEDIANEST_{service.name.upper()}_DATABASE_URL")
    return own or role_url(settings.database_url, service.name, secret=role_secret(keys))


def _open_database(service: Service, settings: Settings, *, keys: KeyRing, clock: Clock) -> Database | None:
    if service.metadata is None:
        return None
    url = database_url_of(service, settings, keys=keys)
    return open_database(url, metadata=service.metadata, service=service.name, clock=clock)
