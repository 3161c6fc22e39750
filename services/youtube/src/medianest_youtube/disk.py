"""How much room there is for downloads, and what would make more."""

import asyncio
import shutil
from collections.abc import Sequence
from pathlib import Path

from medianest_youtube.app import YoutubeApp
from medianest_youtube.repository.assets import Running
from medianest_youtube.staging import staged_bytes
from medianest_youtube.workers import in_thread


async def room(app: YoutubeApp) -> int:
    """Bytes that may still be written: what is free, without the reserve. Negative where that is touched."""
    return await free_space(app.folder) - app.settings.youtube_disk_reserve


async def free_space(folder: Path) -> int:
    # A network drive may take its time.
    usage = await asyncio.to_thread(shutil.disk_usage, folder)
    return usage.free


async def still_to_come(app: YoutubeApp, running: Sequence[Running]) -> list[int]:
    """Bytes that each of these is still going to write: twice its size, since its streams lie beside the file that is
    made of them, without what lies there already. Nothing of those whose size nobody knows yet.
    """

    def measure() -> list[int]:
        return [
            max(2 * each.size - staged_bytes(app.folder, each.asset_id), 0) if each.size else 0
            for each in running
        ]

    return await in_thread(measure)


def disk_is_full(app: YoutubeApp, *, missing: int) -> str:
    return (
        f"The disk of the downloads is full: {_told(missing)} more have to be free. Downloads go on by themselves "
        f"when there is room. Delete what nobody watches, move the folder to a larger disk, or lower the reserve of "
        f"{_told(app.settings.youtube_disk_reserve)}."
    )


def _told(size: int) -> str:
    if size >= 1_000_000_000:
        return f"{size / 1_000_000_000:.1f} GB"
    return f"{max(size, 1_000_000) / 1_000_000:.0f} MB"
