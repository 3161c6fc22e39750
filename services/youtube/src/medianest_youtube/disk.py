"""How much room there is for downloads, and what would make more."""

import asyncio
import shutil
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import UUID

from medianest_common.errors import Unavailable
from medianest_common.figures import DISK_FREE
from medianest_youtube.app import YoutubeApp
from medianest_youtube.repository.assets import Assets, Running
from medianest_youtube.staging import is_whole, staged_bytes

_SECONDS = 5.0
_LOOKING = ThreadPoolExecutor(4, thread_name_prefix="disk")
"""A network drive that hangs keeps these few threads, and not those that everything else needs."""


class DiskSilent(Unavailable):
    """A network drive may hang."""

    title = "The disk of the downloads does not answer"


async def room(app: YoutubeApp) -> int:
    """Bytes that may still be written: what is free, without the reserve. Negative where that is touched. Raises
    `DiskSilent`.
    """
    return await free_space(app.folder) - app.settings.youtube_disk_reserve


async def free_space(folder: Path) -> int:
    """Raises `DiskSilent`."""
    free = await _look(lambda: shutil.disk_usage(folder).free)
    DISK_FREE.labels("library").set(free)
    return free


async def room_for_more(app: YoutubeApp) -> int:
    """Without what those that run are still going to write. Raises `DiskSilent`."""
    async with app.db.transaction() as tx:
        running = await Assets(tx.session).in_progress(now=app.clock.now())
    return await room(app) - sum(await still_to_come(app, running))


async def still_to_come(app: YoutubeApp, running: Sequence[Running]) -> list[int]:
    """Bytes that each of these is still going to write. Raises `DiskSilent`."""
    return promises(running, await lying(app, running))


async def lying(app: YoutubeApp, running: Sequence[Running]) -> Mapping[UUID, int | None]:
    """What is there of each already; None: all of it. Raises `DiskSilent`."""

    def measure() -> dict[UUID, int | None]:
        return {
            each.asset_id: None
            if is_whole(app.folder, each.asset_id)
            else staged_bytes(app.folder, each.asset_id)
            for each in running
        }

    return await _look(measure)


def promises(running: Sequence[Running], lying: Mapping[UUID, int | None]) -> list[int]:
    """Twice its size, since its streams lie beside the file that is made of them, without what lies there already.
    Nothing of those whose size nobody knows yet.
    """
    there = ((each, lying.get(each.asset_id, 0)) for each in running)
    return [
        max(2 * each.size - staged, 0) if each.size and staged is not None else 0 for each, staged in there
    ]


async def _look[T](work: Callable[[], T]) -> T:
    try:
        async with asyncio.timeout(_SECONDS):
            return await asyncio.get_running_loop().run_in_executor(_LOOKING, work)
    except TimeoutError:
        raise DiskSilent("Look whether the drive is connected, then try again.", retry_after=30) from None


def disk_is_full(app: YoutubeApp, *, missing: int) -> str:
    return (
        f"The disk of the downloads is full: {_told(missing)} more have to be free. Downloads go on by themselves "
        f"when there is room. Delete what nobody watches, move the folder to a larger disk, or lower the reserve of "
        f"{_told(app.settings.youtube_disk_reserve)}."
    )


def room_is_promised() -> str:
    return "It waits for room on the disk, which downloads that have begun before it still need."


def _told(size: int) -> str:
    if size >= 1_000_000_000:
        return f"{size / 1_000_000_000:.1f} GB"
    return f"{max(size, 1_000_000) / 1_000_000:.0f} MB"
