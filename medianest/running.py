"""`medianest run`: the servers, the migrations, then the services, in this process or in one each."""

import asyncio
import gc
import os
import signal
import socket
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import structlog

from medianest import registry
from medianest.embedded import EmbeddedServers
from medianest.embedded.process import SupervisedServer
from medianest.errors import SetupError
from medianest.installation import embedded, with_urls
from medianest_common.settings import Settings

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
    stop = _stop_on_signals(servers)
    if "gateway" in names:
        _ensure_free(settings)
    # The programs of the servers start while ours are still being read.
    loading = asyncio.create_task(asyncio.to_thread(_load, names))
    async with servers:
        services = await loading
        settings = with_urls(settings, servers.urls)
        if migrate_first and settings.database_url:
            await migrate(services, settings=settings)

        async def announce() -> None:
            # What exists by now stays; the collector need not look at it again and again.
            gc.collect()
            gc.freeze()
            if ready_file:
                await asyncio.to_thread(ready_file.touch)
            if "gateway" in names:
                say(f"MediaNest is up on {settings.base_url} ({time.monotonic() - started:.1f} s)")
                if not when_up and (link := set_up_link(settings)):
                    say(f"Nobody owns it yet. Make the owner's account here: {link}")
            else:
                log.info("started", services=names, seconds=round(time.monotonic() - started, 2))
            if when_up:
                try:
                    await when_up(settings)
                except Exception:
                    log.exception("first_steps_failed")

        if processes:
            await _run_processes(names, settings=settings, stop=stop, announce=announce)
        else:
            await _run_here(services, settings=settings, stop=stop, announce=announce)
    log.info("stopped")


async def migrate(services: Sequence["Service"], *, settings: Settings) -> None:
    from medianest_common.db.migrate import migrate
    from medianest_common.lifecycle import load_keys, role_secret

    await migrate(services, admin_url=settings.database_url, secret=role_secret(load_keys(settings)))


def set_up_link(settings: Settings) -> str | None:
    """The address at which the first owner is made, with its one-time token; None once there is an owner."""
    from medianest_auth.setup_token import setup_link

    return setup_link(settings)


async def _run_here(
    services: Sequence["Service"], *, settings: Settings, stop: asyncio.Event, announce: Callable[[], Any]
) -> None:
    from medianest_common import lifecycle

    waiting = {service.name for service in services}
    announcements: list[asyncio.Task[None]] = []

    def ready(name: str) -> None:
        if name in waiting:
            waiting.remove(name)
            if not waiting:
                announcements.append(asyncio.create_task(announce()))

    await lifecycle.run(services, stop=stop, overrides=_overrides(settings), ready=ready)
    for announcement in announcements:
        announcement.cancel()
    await asyncio.gather(*announcements, return_exceptions=True)


async def _run_processes(
    names: Sequence[str], *, settings: Settings, stop: asyncio.Event, announce: Callable[[], Any]
) -> None:
    folder = settings.data_dir / "services"
    folder.mkdir(parents=True, exist_ok=True)
    running = {
        name: SupervisedServer(
            ServiceProcess(name, settings=settings, folder=folder), folder=folder, own_log=False
        )
        for name in names
    }
    try:
        starting = asyncio.gather(*(process.start(attempts=1) for process in running.values()))
        stopping = asyncio.create_task(stop.wait())
        waiting: set[asyncio.Future[Any]] = {starting, stopping}
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        if starting.done():
            await starting
            await announce()
            await stopping
        else:
            starting.cancel()
            await asyncio.gather(starting, return_exceptions=True)
    finally:
        # The door first, so that nothing is asked of a service that has already left.
        if door := running.pop("gateway", None):
            await door.stop()
        await asyncio.gather(*(process.stop() for process in running.values()))


class ServiceProcess:
    """`medianest run NAME` as a supervised process; it says that it is up by making a file."""

    mode = "as_is"
    stop_signal = signal.SIGTERM

    def __init__(self, name: str, *, settings: Settings, folder: Path) -> None:
        self.name = name
        self._ready = folder / f"{name}.ready"
        self.mark = f"--ready-file {self._ready}"
        self.environment = {
            f"MEDIANEST_{setting.upper()}": str(value) for setting, value in _overrides(settings).items()
        }

    async def prepare(self) -> None:
        self._ready.unlink(missing_ok=True)

    def find_port(self) -> None:
        """Services are found over the bus."""

    def command(self) -> list[str]:
        return [
            *(sys.executable, "-m", "medianest", "run", self.name),
            *("--no-migrate", "--ready-file", str(self._ready)),
        ]

    async def is_ready(self, pid: int) -> bool:
        return self._ready.exists()


def _load(names: Sequence[str]) -> list["Service"]:
    """Reading code makes many objects and no garbage."""
    gc.disable()
    try:
        import medianest_common.lifecycle  # noqa: F401

        return registry.services(names)
    finally:
        gc.enable()


def _overrides(settings: Settings) -> dict[str, Any]:
    return {
        "nats_url": settings.nats_url,
        "database_url": settings.database_url,
        "valkey_url": settings.valkey_url,
        "data_dir": settings.data_dir,
    }


def _ensure_free(settings: Settings) -> None:
    try:
        socket.create_server((settings.host, settings.port)).close()
    except OSError as error:
        raise SetupError(
            f"Cannot listen on {settings.host}:{settings.port}: {error.strerror}. Stop the program that uses it, "
            "or set MEDIANEST_PORT (and MEDIANEST_BASE_URL) to another."
        ) from error


def _stop_on_signals(servers: EmbeddedServers) -> asyncio.Event:
    stop = asyncio.Event()

    def received() -> None:
        if stop.is_set():
            servers.abandon()
            os._exit(_FORCED)
        stop.set()
        log.info("stopping", hint="once more forces it")

    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, received)
    return stop
