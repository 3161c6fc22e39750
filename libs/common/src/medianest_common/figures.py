"""What every service shows Prometheus of itself, beside what its parts count: which build runs, whether the event loop
keeps up, how crowded the way to the database is, and how much room is left on the disk."""

import asyncio
import platform
import shutil
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path

from prometheus_client import Gauge, Histogram

from medianest_common.db.database import Database

_EVERY_SECONDS = 1.0
_DISK_SECONDS = 30.0
LEAST_FREE = 1_000_000_000
"""Bytes that a disk should have left: below that downloads stop, and PostgreSQL may follow."""
_MOUNTS = Path("/proc/self/mounts")
_IN_MEMORY = ("tmpfs", "ramfs")

BUILD = Gauge("medianest_build_info", "Always 1; the labels say what runs.", ["service", "version", "python"])
LOOP_LAG = Histogram(
    "medianest_event_loop_lag_seconds",
    "By how much the event loop was late, looked at every second.",
    ["service"],
    buckets=(0.005, 0.02, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
POOL_SIZE = Gauge("medianest_db_pool_size", "Connections that the pool may have.", ["service"])
POOL_IN_USE = Gauge("medianest_db_pool_in_use", "Connections that somebody works with.", ["service"])
POOL_WAITING = Gauge("medianest_db_pool_waiting", "Those who wait for a connection.", ["service"])
DISK_FREE = Gauge("medianest_disk_free_bytes", "Room on the disk that a folder lies on.", ["folder"])


async def watch_disk(folder: Path, *, name: str) -> None:
    """Until it is cancelled. A drive that hangs holds up this and nothing else."""
    while True:
        with suppress(OSError):
            if (free := await asyncio.to_thread(free_on_disk, folder)) is not None:
                DISK_FREE.labels(name).set(free)
        await asyncio.sleep(_DISK_SECONDS)


def free_on_disk(folder: Path) -> int | None:
    """None where it lies in memory, as in a container of which nothing has to be kept: there is never much."""
    return None if _file_system(folder) in _IN_MEMORY else shutil.disk_usage(folder).free


def _file_system(folder: Path) -> str:
    """By the name that Linux has for its kind; empty elsewhere."""
    if not _MOUNTS.exists():
        return ""
    mounts = {}
    for line in _MOUNTS.read_text().splitlines():
        _, place, kind, *_ = line.split(" ")
        mounts[place.replace("\\040", " ")] = kind
    whole = folder.resolve()
    return next((mounts[str(place)] for place in (whole, *whole.parents) if str(place) in mounts), "")


async def keep_figures(service: str, database: Database | None) -> None:
    """Until it is cancelled."""
    BUILD.labels(service, version("medianest-common"), platform.python_version()).set(1)
    lag = LOOP_LAG.labels(service)
    now = asyncio.get_running_loop().time
    while True:
        began = now()
        await asyncio.sleep(_EVERY_SECONDS)
        lag.observe(max(0.0, now() - began - _EVERY_SECONDS))
        if database is None:
            continue
        pool = database.pool()
        POOL_SIZE.labels(service).set(pool.size)
        POOL_IN_USE.labels(service).set(pool.in_use)
        POOL_WAITING.labels(service).set(database.waiting())
