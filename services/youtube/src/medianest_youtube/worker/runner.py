"""Runs yt-dlp: each order in a process of its own, born of a server that has yt-dlp loaded already."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from medianest_common.contracts.youtube.profiles import ProfileChoices
from medianest_youtube.urls import SingleLink, VideoLink
from medianest_youtube.worker.lines import EntriesFound, Entry, Line, ListFound, VideoFound


@dataclass(frozen=True, slots=True, kw_only=True)
class RunnerSettings:
    proxy: str | None = None
    tools: Path | None = None
    """A folder with a newer yt-dlp, looked at again before each order."""
    ffmpeg: Path | None = None
    deno: Path | None = None
    certificates: Path | None = None
    stall_seconds: float = 120.0
    step_stall_seconds: float = 600.0


@dataclass(frozen=True, slots=True)
class ListPreview:
    about: ListFound
    first: list[Entry]


@dataclass(frozen=True, slots=True, kw_only=True)
class DownloadOrder:
    link: VideoLink
    choices: ProfileChoices
    staging: Path
    cookies: str | None = field(default=None, repr=False)
    max_bytes: int | None = None


class Child:
    """One process and what it tells. Leaving `lines()` early does not end it: `kill` does."""

    pid: int
    last_sign_of_life: float

    def lines(self) -> AsyncIterator[Line]:
        raise NotImplementedError

    async def kill(self, *, grace: float = 0.5) -> None:
        raise NotImplementedError


class Runner:
    @classmethod
    @asynccontextmanager
    async def open(cls, settings: RunnerSettings) -> AsyncIterator[Self]:
        raise NotImplementedError
        yield

    async def preview_video(
        self, link: VideoLink, *, choices: ProfileChoices, cookies: str | None = None, timeout: float = 60
    ) -> VideoFound:
        raise NotImplementedError

    async def preview_list(
        self, link: SingleLink, *, first: int = 10, cookies: str | None = None, timeout: float = 60
    ) -> ListPreview:
        raise NotImplementedError

    def index(
        self, link: SingleLink, *, start: int = 0, count: int | None = None, cookies: str | None = None
    ) -> AsyncIterator[ListFound | EntriesFound]:
        raise NotImplementedError

    async def download(self, order: DownloadOrder) -> Child:
        raise NotImplementedError
