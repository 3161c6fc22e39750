"""The three servers together, on one data folder."""

import asyncio
import contextlib
import os
import signal
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from medianest.embedded.binaries import BinarySettings
from medianest.embedded.data_folder import FolderLock, Kept
from medianest.embedded.nats import NatsServer
from medianest.embedded.postgres import PostgresServer
from medianest.embedded.process import STOP_SECONDS, SupervisedServer
from medianest.embedded.valkey import ValkeyServer
from medianest.errors import DataFolderInUse
from medianest.keeping.placing import finish, is_unfinished

_START_SECONDS = 300.0


@dataclass(frozen=True)
class ServerUrls:
    """`database_url` is the administrator's; services get roles of their own from the migrations. So is `nats_url`, and
    `nats_seeds_dir` holds what services come with; None where the bus is somebody else's."""

    nats_url: str
    database_url: str
    valkey_url: str
    nats_seeds_dir: Path | None = None
    database_by_socket: str | None = None
    valkey_by_socket: str | None = None
    """The same, for whoever asks much: a third less for each question. None where there is no such way."""


class EmbeddedServers:
    """Starts what is not named by a URL. Inside the `async with`, a server that dies comes back on its port by itself.

    Enter it from a thread that lives as long as the servers shall: on Linux they end with that thread.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        nats_url: str | None = None,
        database_url: str | None = None,
        valkey_url: str | None = None,
        binaries: BinarySettings | None = None,
        stop_seconds: float = STOP_SECONDS,
        small: bool = False,
    ) -> None:
        """`small` makes them do with less memory. A server that has not stopped after `stop_seconds` is killed; it
        recovers by itself, but only where it is."""
        self._stop_seconds = stop_seconds
        self._small = small
        self._data_dir = data_dir.absolute()
        self._folder = self._data_dir / "servers"
        self._given = (nats_url, database_url, valkey_url)
        self._binaries = binaries or BinarySettings.from_environment(os.environ)
        self._lock = FolderLock(self._data_dir)
        self._running: dict[str, SupervisedServer] = {}
        self._urls: ServerUrls | None = None

    @property
    def urls(self) -> ServerUrls:
        if self._urls is None:
            raise RuntimeError("the servers are not started")
        return self._urls

    @property
    def names(self) -> list[str]:
        """Of the servers that run here, not of those named by a URL."""
        return list(self._running)

    def pid(self, name: str) -> int:
        return self._running[name].pid

    def kill(self, name: str, *, with_signal: signal.Signals = signal.SIGKILL) -> None:
        """For fault tests; safe from any thread."""
        os.kill(self.pid(name), with_signal)

    def abandon(self) -> None:
        """Ask all to stop without waiting, for an end that cannot wait."""
        for supervised in self._running.values():
            with contextlib.suppress(ProcessLookupError):
                os.kill(supervised.pid, supervised.server.stop_signal)

    async def __aenter__(self) -> Self:
        if not all(self._given):
            self._lock.acquire()
            finish(self._data_dir)
        elif is_unfinished(self._data_dir):
            # Nothing runs here, so that others may work on this folder as well: but not while its keys are moved.
            self._lock.acquire()
            finish(self._data_dir)
            self._lock.release()
        try:
            async with asyncio.timeout(_START_SECONDS):
                self._urls = await self._start()
        except BaseException:
            await self._stop()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stop()

    async def _start(self) -> ServerUrls:
        nats_url, database_url, valkey_url = self._given
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        kept = Kept(self._folder)
        seeds = seeds_of(self._data_dir)
        nats = NatsServer(
            folder=self._folder, seeds=seeds, kept=kept, binary=self._binaries.nats, small=self._small
        )
        postgres = PostgresServer(
            folder=self._folder, kept=kept, binary=self._binaries.postgres, small=self._small
        )
        valkey = ValkeyServer(folder=self._folder, kept=kept, binary=self._binaries.valkey, small=self._small)
        for server, given in ((postgres, database_url), (nats, nats_url), (valkey, valkey_url)):
            if not given:
                self._running[server.name] = SupervisedServer(
                    server, folder=self._folder, stop_seconds=self._stop_seconds
                )
        try:
            async with asyncio.TaskGroup() as starting:
                for supervised in self._running.values():
                    starting.create_task(supervised.start())
        except* Exception as errors:
            raise errors.exceptions[0] from None
        return ServerUrls(
            nats_url=nats_url or nats.url,
            database_url=database_url or postgres.url,
            valkey_url=valkey_url or valkey.url,
            nats_seeds_dir=None if nats_url else seeds,
            database_by_socket=None if database_url else postgres.url_by_socket,
            valkey_by_socket=None if valkey_url else valkey.url_by_socket,
        )

    async def _stop(self) -> None:
        await asyncio.gather(*(supervised.stop() for supervised in self._running.values()))
        self._running.clear()
        self._urls = None
        self._lock.release()


def seeds_of(data_dir: Path) -> Path:
    """Where the keys lie that services come to the embedded NATS with."""
    return data_dir / "secrets" / "bus"


def urls_of_running(data_dir: Path) -> ServerUrls | None:
    """The addresses of an installation that runs on this folder in another process; None when none does."""
    lock = FolderLock(data_dir.absolute())
    if not (data_dir / "servers").is_dir():
        return None
    try:
        lock.acquire()
    except DataFolderInUse:
        folder = data_dir.absolute() / "servers"
        kept, seeds = Kept(folder), seeds_of(data_dir.absolute())
        return ServerUrls(
            nats_url=NatsServer(folder=folder, seeds=seeds, kept=kept, binary=None).url,
            database_url=PostgresServer(folder=folder, kept=kept, binary=None).url,
            valkey_url=ValkeyServer(folder=folder, kept=kept, binary=None).url,
            nats_seeds_dir=seeds,
        )
    lock.release()
    return None


@contextlib.contextmanager
def in_background(servers: EmbeddedServers) -> Iterator[EmbeddedServers]:
    """The same from code without an event loop, or with one loop per test: a thread watches over them."""
    started, stop = threading.Event(), threading.Event()
    failures: list[BaseException] = []

    async def watch() -> None:
        async with servers:
            started.set()
            await asyncio.to_thread(stop.wait)

    def run() -> None:
        try:
            asyncio.run(watch())
        except BaseException as error:
            failures.append(error)
        finally:
            started.set()

    thread = threading.Thread(target=run, name="servers", daemon=True)
    thread.start()
    started.wait()
    try:
        if failures:
            raise failures[0]
        yield servers
    finally:
        stop.set()
        thread.join()
