"""Pictures on disk, the ones longest unused thrown away. Losing them costs a question to whoever has them."""

import asyncio
import os
import secrets
from collections.abc import Awaitable, Callable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

import structlog

from medianest_common.images.image import Image

log = structlog.get_logger()

_KEEP_SHARE = 0.8


class ImageCache:
    """Holds about `most_bytes`. Several processes may share the folder; each sweeps by what it finds there."""

    def __init__(self, folder: Path, *, most_bytes: int) -> None:
        self._folder = folder
        self._most_bytes = most_bytes
        self._sweep_in = 0
        """Bytes that may still be written before the folder has to be looked through."""
        self._sweeping = asyncio.Lock()
        self._fetching: dict[str, asyncio.Task[Image]] = {}

    async def get_or_fetch(self, name: str, fetch: Callable[[], Awaitable[Image]]) -> Image:
        """Fetched once however many ask, and kept even if they have stopped waiting."""
        kept = await self.get(name)
        if kept is not None:
            return kept
        task = self._fetching.get(name)
        if task is None:
            task = self._fetching[name] = asyncio.create_task(self._fetch(name, fetch))
            task.add_done_callback(lambda done: self._fetched(name, done))
        return await asyncio.shield(task)

    async def aclose(self) -> None:
        tasks = list(self._fetching.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def get(self, name: str) -> Image | None:
        return await asyncio.to_thread(self._read, self._file(name))

    async def put(self, name: str, image: Image) -> None:
        """A disk that is full or not there means that nothing is kept."""
        try:
            await asyncio.to_thread(self._write, self._file(name), image)
            async with self._sweeping:
                self._sweep_in -= len(image.body)
                if self._sweep_in < 0:
                    self._sweep_in = await asyncio.to_thread(self._sweep)
        except OSError as error:
            log.warning("image_not_kept", error=error.strerror or type(error).__name__)

    async def _fetch(self, name: str, fetch: Callable[[], Awaitable[Image]]) -> Image:
        image = await fetch()
        await self.put(name, image)
        return image

    def _fetched(self, name: str, done: asyncio.Task[Image]) -> None:
        self._fetching.pop(name, None)
        if not done.cancelled() and (error := done.exception()):
            log.debug("image_not_fetched", error=type(error).__name__)

    def _file(self, name: str) -> Path:
        digest = sha256(name.encode()).hexdigest()
        return self._folder / digest[:2] / digest[2:]

    @staticmethod
    def _read(file: Path) -> Image | None:
        try:
            content_type, mark, body = file.read_bytes().partition(b"\n")
            os.utime(file)
        except OSError:
            return None
        return Image(body, content_type.decode("ascii", "replace")) if mark and body else None

    @staticmethod
    def _write(file: Path, image: Image) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        draft = file.with_name(f".{secrets.token_hex(8)}")
        try:
            draft.write_bytes(image.content_type.encode() + b"\n" + image.body)
            draft.replace(file)
        except OSError:
            with suppress(OSError):
                draft.unlink()
            raise

    def _sweep(self) -> int:
        """Returns how much may be written before the next time."""
        files = []
        for file in self._folder.glob("*/*"):
            with suppress(OSError):
                status = file.stat()
                files.append((status.st_mtime, status.st_size, file))
        held = sum(size for _, size, _ in files)
        if held > self._most_bytes:
            for _, size, file in sorted(files):
                with suppress(OSError):
                    file.unlink()
                    held -= size
                if held <= self._most_bytes * _KEEP_SHARE:
                    break
        return max(0, self._most_bytes - held)
