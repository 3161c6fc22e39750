"""Fixtures for tests against the real servers: embedded ones by default, containers with TEST_SERVERS=containers."""

import gc
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from medianest.embedded import EmbeddedServers, ServerUrls, in_background
from medianest.testing_sandbox import (
    PATIENCE,
    SECRET_KEY,
    TIMEOUT,
    PatientBus,
    Sandbox,
    brisk,
    sandbox_on,
)
from medianest.testing_secrets import look_through
from medianest.testing_waiting import AT_ONCE, eventually, free_port
from medianest_common import coming_up
from medianest_common.bus import Bus
from medianest_common.cache import Cache, open_valkey
from medianest_common.db import database

__all__ = (
    "AT_ONCE",
    "SECRET_KEY",
    "PatientBus",
    "Sandbox",
    "brisk",
    "eventually",
    "free_port",
    "sandbox_on",
)

_MEMORY = Path("/dev/shm")  # noqa: S108
_ROOM_BYTES = 2 << 30
_FOLDER = "medianest-tests-"
"""And the number of the process, so that what a killed one has left behind is known."""


def pytest_collection_finish() -> None:
    """What has been read by now stays to the end; the collector need not look at all of it again and again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def servers(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[EmbeddedServers]:
    """One set of servers for the whole run (one per worker); `kill` and `pid` are for fault tests."""
    with _quick_folder(tmp_path_factory) as folder:
        with in_background(EmbeddedServers(folder)) as started:
            yield started
        look_through(folder, request.config)


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
def server_urls(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ServerUrls]:
    if os.environ.get("TEST_SERVERS") == "containers":
        from medianest.testing_containers import containers

        with containers(tmp_path_factory.mktemp("containers")) as urls:
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
        patch.setattr(coming_up, "open_valkey", partial(open_valkey, timeout=TIMEOUT))
        patch.setattr(coming_up, "Cache", partial(Cache, timeout=TIMEOUT))
        for name in ("POOL_TIMEOUT", "CONNECT_TIMEOUT"):
            patch.setattr(database, name, TIMEOUT)
        for ask in (Bus.call, Bus.call_raw, Bus.call_bytes):
            assert ask.__kwdefaults__ is not None
            patch.setitem(ask.__kwdefaults__, "timeout", PATIENCE)
        yield


@pytest.fixture
async def sandbox(server_urls: ServerUrls, tmp_path: Path) -> AsyncIterator[Sandbox]:
    async with sandbox_on(server_urls, tmp_path) as sandbox:
        yield sandbox
