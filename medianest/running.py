"""`medianest run`: the servers, the migrations, then the services, in this process or in one each."""

import asyncio
import ctypes
import gc
import os
import signal
import time
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import structlog

from medianest import registry
from medianest.embedded import EmbeddedServers
from medianest.embedded.process import SupervisedServer
from medianest.errors import SetupError
from medianest.installation import check_settings, embedded, hindrance, shared_settings, with_urls
from medianest.keeping.schedule import looked_after
from medianest.operator_bus import prepare_bus
from medianest.service_process import service_processes
from medianest.systemd import Supervisor
from medianest_common.built_late import built_late
from medianest_common.clock import SystemClock
from medianest_common.reporting import reporting
from medianest_common.settings import Settings
from medianest_common.tracing import tracing
from medianest_common.without import without_extras

if TYPE_CHECKING:
    from medianest_common.service import Service

log = structlog.get_logger()

type Say = Callable[[str], None]

_FORCED = 130


async def run(
    names: Sequence[str],
    *,
    settings: Settings,
    say: Say,
    processes: bool = False,
    migrate_first: bool = True,
    ready_file: Path | None = None,
    when_up: Callable[[Settings], Awaitable[None]] | None = None,
) -> None:
    """Until SIGINT or SIGTERM; a second one ends everything at once. Raises `SetupError` for what has to be mended."""
    started = time.monotonic()
    names = tuple(names) or tuple(registry.ALL)
    servers = embedded(settings)
    supervisor = Supervisor()
    stop = _stop_on_signals(servers, supervisor)
    if "gateway" in names:
        _ensure_free(settings)
    # The programs of the servers start while ours are still being read.
    loading = asyncio.create_task(asyncio.to_thread(read_services, names))
    # With processes it is they who have something to trace.
    traced = nullcontext() if processes else tracing(settings)
    async with reporting(settings), traced, servers:
        services = await loading
        check_settings(services)
        settings = with_urls(settings, servers.urls)
        if migrate_first and settings.database_url:
            await _unless(stop, migrate(services, settings=settings))
        if "gateway" not in names and "nats" in servers.names:
            await prepare_bus(settings)
        if stop.is_set():
            return

        async def announce() -> None:
            # What exists by now stays; the collector need not look at it again and again.
            gc.collect()
            gc.freeze()
            _trim()
            seconds = time.monotonic() - started
            supervisor.tell("READY=1")
            if ready_file:
                await asyncio.to_thread(ready_file.touch)
                log.info("started", services=names, seconds=round(seconds, 2))
            elif "gateway" not in names:
                say(f"{', '.join(names)}: up ({seconds:.1f} s)")
            else:
                say(f"MediaNest is up on {settings.base_url} ({seconds:.1f} s)")
            # The auth service knows, be it here or in a container of its own.
            if not ready_file and "auth" in names and not when_up and (link := set_up_link(settings)):
                say(f"Nobody owns it yet. Make the owner's account here: {link}")
            if when_up:
                await when_up(settings)

        async with looked_after(
            () if when_up else names, clock=SystemClock(), is_part=ready_file is not None
        ):
            if processes:
                await _run_processes(names, settings=settings, stop=stop, announce=announce)
            else:
                await _run_here(services, settings=settings, stop=stop, announce=announce)
    log.info("stopped")


async def _unless(stop: asyncio.Event, work: Coroutine[Any, Any, None]) -> None:
    """Until the work is done or `stop` is set, whichever comes first. Half a migration is rolled back."""
    working, stopping = asyncio.ensure_future(work), asyncio.create_task(stop.wait())
    await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if working.done():
        await working
        return
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)


async def migrate(services: Sequence["Service"], *, settings: Settings) -> None:
    import asyncpg

    from medianest_common.db.migrate import MigrationFailed, TablesTooNew, migrate
    from medianest_common.lifecycle import load_keys, role_secret

    try:
        await migrate(services, admin_url=settings.database_url, secret=role_secret(load_keys(settings)))
    except (TablesTooNew, MigrationFailed) as error:
        raise SetupError(str(error)) from None
    except (asyncpg.PostgresError, OSError, TimeoutError) as error:
        raise SetupError(
            f"The database cannot be used: {str(error) or 'it does not answer'}. Look whether it runs, and at "
            "MEDIANEST_DATABASE_URL."
        ) from None


def set_up_link(settings: Settings) -> str | None:
    """The address at which the first owner is made, with its one-time token; None once there is an owner."""
    from medianest_auth.setup_token import setup_link

    return setup_link(settings)


async def _run_here(
    services: Sequence["Service"], *, settings: Settings, stop: asyncio.Event, announce: Callable[[], Any]
) -> None:
    from medianest_common import lifecycle

    waiting = {service.name for service in services}
    all_up = asyncio.Event()

    def ready(name: str) -> None:
        waiting.discard(name)
        if not waiting:
            all_up.set()

    async def announce_then_wait() -> None:
        await all_up.wait()
        await announce()
        await stop.wait()

    overrides = shared_settings(settings)
    if len(services) > 1:
        overrides["ops_port"] = None
    running = asyncio.create_task(lifecycle.run(services, stop=stop, overrides=overrides, ready=ready))
    try:
        await _until_stopped(announce_then_wait(), stop=stop)
    finally:
        stop.set()
        await running


async def _run_processes(
    names: Sequence[str], *, settings: Settings, stop: asyncio.Event, announce: Callable[[], Any]
) -> None:
    folder = settings.data_dir / "services"
    running = {
        name: SupervisedServer(process, folder=folder, own_log=False)
        for name, process in service_processes(names, settings=settings, folder=folder).items()
    }

    async def start_and_announce() -> None:
        try:
            async with asyncio.TaskGroup() as starting:
                for process in running.values():
                    starting.create_task(process.start(attempts=1))
        except* SetupError as errors:
            raise errors.exceptions[0] from None
        await announce()
        await stop.wait()

    try:
        await _until_stopped(start_and_announce(), stop=stop)
    finally:
        # The door first, so that nothing is asked of a service that has already left.
        if door := running.pop("gateway", None):
            await door.stop()
        await asyncio.gather(*(process.stop() for process in running.values()))


async def _until_stopped(work: Coroutine[Any, Any, None], *, stop: asyncio.Event) -> None:
    """Leaves the work where it is once `stop` is set."""
    working, stopping = asyncio.create_task(work), asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (working, stopping):
            task.cancel()
        await asyncio.gather(working, stopping, return_exceptions=True)
    if not working.cancelled():
        working.result()


def read_services(names: Sequence[str]) -> list["Service"]:
    """Reading code makes many objects and hardly any garbage, so that the collector need never look at them."""
    gc.disable()
    try:
        with without_extras(), built_late():
            import medianest_common.lifecycle  # noqa: F401

            return registry.services(names)
    finally:
        gc.freeze()
        gc.enable()


def _trim() -> None:
    """Give back what reading the code has taken for a moment, where the C library knows how."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


def _ensure_free(settings: Settings) -> None:
    if reason := hindrance(settings):
        raise SetupError(
            f"Cannot listen on {settings.host}:{settings.port}: {reason}. Stop the program that uses it, "
            "or set MEDIANEST_PORT to another."
        )


def _stop_on_signals(servers: EmbeddedServers, supervisor: Supervisor) -> asyncio.Event:
    stop = asyncio.Event()

    def received() -> None:
        if stop.is_set():
            servers.abandon()
            os._exit(_FORCED)
        stop.set()
        supervisor.tell("STOPPING=1")
        log.info("stopping", hint="once more forces it")

    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, received)
    return stop
