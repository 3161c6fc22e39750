"""Runs yt-dlp: each order in a process of its own, born of a server that has yt-dlp loaded already."""

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import structlog

from medianest_common.contracts.youtube import FailureCode
from medianest_common.contracts.youtube.profiles import ProfileChoices
from medianest_common.errors import Unavailable
from medianest_youtube import profiles
from medianest_youtube.failures import NotToBeHad
from medianest_youtube.profiles import Surroundings
from medianest_youtube.urls import SingleLink, VideoLink
from medianest_youtube.worker.births import ForkServerClient
from medianest_youtube.worker.child_process import Child
from medianest_youtube.worker.lines import (
    Done,
    EntriesFound,
    Entry,
    Failed,
    Line,
    ListFound,
    ProcessOrder,
    Task,
    VideoFound,
)

log = structlog.get_logger(__name__)

_MEMORY = 2_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class RunnerSettings:
    proxy: str | None = None
    tools: Path | None = None
    """A folder, or a link to one, with a newer yt-dlp; looked at again before each order."""
    ffmpeg: Path | None = None
    deno: Path | None = None
    cache: Path | None = None
    """Where yt-dlp remembers how YouTube's player works; None: nowhere."""
    certificates: Path | None = None
    pause_between_pages: float = 0.1
    """Of long lists, in seconds."""
    stall_seconds: float = 120.0
    step_stall_seconds: float = 600.0
    """The same while ffmpeg works, which may wait for a slow disk."""
    idle_seconds: float = 300.0
    """So long the server with its 50 MB is kept without an order."""
    max_memory_bytes: int | None = _MEMORY


@dataclass(frozen=True, slots=True)
class ListPreview:
    """`complete`: these are all there are."""

    about: ListFound
    first: list[Entry]
    complete: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DownloadOrder:
    """`max_bytes` bounds each file."""

    link: VideoLink
    choices: ProfileChoices
    staging: Path
    cookies: str | None = field(default=None, repr=False)
    max_bytes: int | None = None


class Runner:
    """`version` is that of the yt-dlp which really runs; empty before the first order."""

    def __init__(self, settings: RunnerSettings) -> None:
        self._settings = settings
        self._surroundings = Surroundings(
            proxy=settings.proxy,
            ffmpeg=settings.ffmpeg,
            deno=settings.deno,
            cache=settings.cache,
            own_certificates=settings.certificates is not None,
        )
        self._server: ForkServerClient | None = None
        self._retired: set[ForkServerClient] = set()
        self._starting = asyncio.Lock()
        self._used = time.monotonic()
        self.version = ""

    @classmethod
    @asynccontextmanager
    async def open(cls, settings: RunnerSettings) -> AsyncIterator[Self]:
        """All processes end with it."""
        runner = cls(settings)
        caretaker = asyncio.create_task(runner._take_care())
        try:
            yield runner
        finally:
            caretaker.cancel()
            await asyncio.wait([caretaker])
            servers = [*runner._retired, *([runner._server] if runner._server else [])]
            await asyncio.gather(*(server.close() for server in servers))

    @property
    def server_pid(self) -> int | None:
        return self._server.pid if self._server and self._server.alive else None

    async def preview_video(
        self, link: VideoLink, *, choices: ProfileChoices, cookies: str | None = None, timeout: float = 60
    ) -> VideoFound:
        """Raises `NotToBeHad`. A premiere or a live stream is no failure here: `is_upcoming`, `is_live`."""
        options = profiles.looking_options(self._surroundings) | profiles.selection_options(choices)
        order = ProcessOrder(task=Task.VIDEO, url=link.url, options=options, cookies=cookies)
        async for line in self._lines(order, timeout=timeout):
            if isinstance(line, VideoFound):
                return line
        raise NotToBeHad(FailureCode.UNKNOWN)

    async def preview_list(
        self, link: SingleLink, *, first: int = 10, cookies: str | None = None, timeout: float = 60
    ) -> ListPreview:
        """Raises `NotToBeHad`."""
        about: ListFound | None = None
        entries: list[Entry] = []
        passed = 0
        # One more than is shown tells whether there is more.
        async for line in self.index(link, count=first + 1, cookies=cookies, timeout=timeout):
            if isinstance(line, ListFound):
                about = line
            else:
                entries += line.entries
                passed += len(line.entries) + line.skipped
        if about is None:
            raise NotToBeHad(FailureCode.UNKNOWN)
        return ListPreview(about, entries[:first], complete=passed <= first)

    async def index(
        self,
        link: SingleLink,
        *,
        start: int = 0,
        count: int | None = None,
        chunk: int = 50,
        cookies: str | None = None,
        timeout: float = 3_600,
    ) -> AsyncGenerator[ListFound | EntriesFound]:
        """First what the list is, then its entries from `start` on. Raises `NotToBeHad`.

        Held by `aclosing` it may be left at any moment, and its process with it.
        """
        options = profiles.looking_options(self._surroundings) | {
            "sleep_interval_requests": self._settings.pause_between_pages
        }
        order = ProcessOrder(
            task=Task.LIST,
            url=link.url,
            options=options,
            cookies=cookies,
            start=start,
            count=count,
            chunk=chunk,
        )
        async with contextlib.aclosing(self._lines(order, timeout=timeout)) as lines:
            async for line in lines:
                if isinstance(line, ListFound | EntriesFound):
                    yield line

    async def download(self, order: DownloadOrder) -> Child:
        """Begun, not done: what becomes of it is in the lines. The folder has to be there."""
        options = profiles.download_options(
            order.choices, self._surroundings, staging=order.staging, max_bytes=order.max_bytes
        )
        return await self._begin(
            ProcessOrder(
                task=Task.DOWNLOAD,
                url=order.link.url,
                options=options,
                cookies=order.cookies,
                max_file_bytes=order.max_bytes,
            )
        )

    async def _lines(self, order: ProcessOrder, *, timeout: float) -> AsyncGenerator[Line]:
        child = await self._begin(order)
        try:
            async with asyncio.timeout(timeout):
                async for line in child.lines():
                    if isinstance(line, Failed):
                        raise NotToBeHad(line.code, line.text, release_timestamp=line.release_timestamp)
                    yield line
                    if isinstance(line, Done):
                        return
        except TimeoutError:
            raise NotToBeHad(FailureCode.STALLED) from None
        finally:
            await child.kill(grace=0)

    async def _begin(self, order: ProcessOrder) -> Child:
        order = order.model_copy(update={"max_memory_bytes": self._settings.max_memory_bytes})
        server = await self._fitting_server()
        self._used = time.monotonic()
        birth = await server.give_birth(order.model_dump_json().encode())
        return Child(
            birth,
            stall_seconds=self._settings.stall_seconds,
            step_stall_seconds=self._settings.step_stall_seconds,
        )

    async def _fitting_server(self) -> ForkServerClient:
        """A new one where there is none, it has died, or another yt-dlp has been put in place."""
        async with self._starting:
            folder = self._folder()
            if self._server and self._server.alive and self._server.folder == folder:
                return self._server
            if self._server:
                self._retired.add(self._server)
                self._server = None
            try:
                self._server = await self._start(folder)
            except Unavailable:
                if folder is None:
                    raise
                log.error("youtube_tools_cannot_be_used", folder=str(folder))
                self._server = await self._start(None)
                # Not tried again before each order, but once there is another folder.
                self._server.folder = folder
            self.version = self._server.version
            return self._server

    async def _start(self, folder: Path | None) -> ForkServerClient:
        return await ForkServerClient.start(
            folder=folder, ffmpeg=self._settings.ffmpeg, certificates=self._settings.certificates
        )

    def _folder(self) -> Path | None:
        tools = self._settings.tools
        return tools.resolve() if tools and tools.is_dir() else None

    async def _take_care(self) -> None:
        """Servers that are not needed any more do not stay."""
        pause = min(self._settings.idle_seconds / 2, 10.0)
        while True:
            await asyncio.sleep(pause)
            async with self._starting:
                unused = time.monotonic() - self._used > self._settings.idle_seconds
                if self._server and self._server.idle and unused:
                    self._retired.add(self._server)
                    self._server = None
            for server in [server for server in self._retired if server.idle]:
                await server.close()
                self._retired.discard(server)
