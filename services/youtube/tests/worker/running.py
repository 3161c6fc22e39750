"""Orders carried out by the real yt-dlp and the real ffmpeg, and what is left of them."""

import os
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from medianest_common.contracts.youtube.profiles import ProfileChoices
from medianest_common.programs import Program, find
from medianest_common.testing.fake_youtube import FakeYoutube, Video
from medianest_youtube.probing import Probed, probe
from medianest_youtube.urls import VideoLink
from medianest_youtube.worker.child_process import Child
from medianest_youtube.worker.lines import Done, Failed, Line, Transferred
from medianest_youtube.worker.runner import DownloadOrder, Runner, RunnerSettings

MERGE, METADATA = "*.f1*", "*-metadata*"
"""What tells ffmpeg's steps apart by its arguments."""

_SLOW_FFMPEG = """#!/bin/sh
if [ -e "{flag}" ]; then
    case "$*" in {step}) true > "{flag}.begun"; exec sleep 120 ;; esac
fi
exec "{real}" "$@"
"""


@dataclass
class Told:
    """All lines of one order."""

    lines: list[Line]

    @property
    def done(self) -> Done:
        last = self.lines[-1]
        assert isinstance(last, Done), last
        return last

    @property
    def failed(self) -> Failed:
        last = self.lines[-1]
        assert isinstance(last, Failed), last
        return last

    @property
    def progress(self) -> list[Transferred]:
        return [line for line in self.lines if isinstance(line, Transferred)]

    def of[L: Line](self, kind: type[L]) -> list[L]:
        return [line for line in self.lines if isinstance(line, kind)]


@dataclass
class Running:
    runner: Runner
    youtube: FakeYoutube
    staging: Path

    async def begin(self, video: Video, choices: ProfileChoices | None = None, **order: Any) -> Child:
        return await self.runner.download(
            DownloadOrder(
                link=VideoLink(video.id), choices=choices or ProfileChoices(), staging=self.staging, **order
            )
        )

    async def download(self, video: Video, choices: ProfileChoices | None = None, **order: Any) -> Told:
        child = await self.begin(video, choices, **order)
        return Told([line async for line in child.lines()])

    async def probe(self, told: Told) -> Probed:
        media = told.done.media
        assert media
        return await probe(self.staging / media, ffprobe=find(Program.FFPROBE) or "ffprobe")

    def files(self) -> list[str]:
        return sorted(path.name for path in self.staging.iterdir())


@asynccontextmanager
async def running_on(youtube: FakeYoutube, folder: Path, **settings: Any) -> AsyncIterator[Running]:
    staging = folder / "staging"
    staging.mkdir(exist_ok=True)
    async with Runner.open(settings_for(youtube, **settings)) as runner:
        yield Running(runner, youtube, staging)


def settings_for(youtube: FakeYoutube, **settings: Any) -> RunnerSettings:
    ours: dict[str, Any] = {
        "proxy": youtube.proxy_url,
        "certificates": youtube.ca_file,
        "ffmpeg": find(Program.FFMPEG),
        "deno": find(Program.DENO),
        "pause_between_pages": 0.0,
    }
    return RunnerSettings(**ours | settings)


class SlowFfmpeg:
    """The real one, which hangs in one step as long as `slow` is there."""

    def __init__(self, folder: Path, *, step: str) -> None:
        folder.mkdir(exist_ok=True)
        self.path, self._flag = folder / "ffmpeg", folder / "slow"
        self.path.write_text(_SLOW_FFMPEG.format(flag=self._flag, step=step, real=find(Program.FFMPEG)))
        self.path.chmod(self.path.stat().st_mode | stat.S_IXUSR)
        (folder / "ffprobe").symlink_to(find(Program.FFPROBE) or "ffprobe")
        self._flag.touch()

    async def begun(self) -> bool:
        return self._flag.with_name("slow.begun").exists()

    def hurry(self) -> None:
        self._flag.unlink()


def of_session(leader: int) -> list[psutil.Process]:
    """All processes, dead ones that nobody has reaped too, that the process of this id has brought up."""
    found = []
    for process in psutil.process_iter():
        try:
            if os.getsid(process.pid) == leader:
                found.append(process)
        except (ProcessLookupError, psutil.NoSuchProcess):
            continue
    return found
