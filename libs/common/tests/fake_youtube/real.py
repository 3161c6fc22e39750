"""The real yt-dlp against the pretend YouTube."""

import asyncio
import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from medianest_common.programs import Program, find
from medianest_common.testing.fake_youtube import FakeYoutube

_SECONDS = 150.0


@dataclass
class Outcome:
    info: dict[str, Any] = field(default_factory=dict)
    error: str = ""
    kind: str = ""
    warnings: list[str] = field(default_factory=list)

    @property
    def entries(self) -> list[dict[str, Any]]:
        return list(self.info["entries"])


@dataclass
class YtDlp:
    youtube: FakeYoutube
    folder: Path

    extractors: str = "youtube"

    async def one(self, url: str, *, download: bool = False, **options: Any) -> Outcome:
        return (await self.each([url], download=download, **options))[0]

    async def each(self, urls: list[str], *, download: bool = False, **options: Any) -> list[Outcome]:
        """In one process, because starting it takes longer than looking at a video."""
        child = await self.start(urls, download=download, **options)
        output, complaints = await asyncio.wait_for(child.communicate(), _SECONDS)
        assert child.returncode == 0, complaints.decode()
        return [Outcome(**outcome) for outcome in json.loads(output)]

    async def start(self, urls: list[str], *, download: bool, **options: Any) -> asyncio.subprocess.Process:
        child = await asyncio.create_subprocess_exec(
            sys.executable,
            str(Path(__file__).with_name("child.py")),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=os.environ | self.youtube.environment(),
        )
        assert child.stdin is not None
        asked = {
            "urls": urls,
            "download": download,
            "options": self._options(options),
            "extractors": self.extractors,
        }
        child.stdin.write(json.dumps(asked).encode())
        child.stdin.close()
        return child

    def _options(self, options: Mapping[str, Any]) -> dict[str, Any]:
        ours = self.youtube.options()
        return {
            **ours,
            "compat_opts": sorted(ours["compat_opts"]),
            "ffmpeg_location": str(find(Program.FFMPEG)),
            "js_runtimes": {"deno": {"path": str(find(Program.DENO))}},
            "outtmpl": {"default": "%(id)s.%(ext)s"},
            "paths": {"home": str(self.folder)},
            "cachedir": False,
            "noplaylist": True,
            **options,
        }


async def streams(path: Path) -> list[dict[str, Any]]:
    """What ffprobe finds in a file."""
    child = await asyncio.create_subprocess_exec(
        str(find(Program.FFPROBE)),
        *("-v", "error", "-of", "json", "-show_streams", str(path)),
        stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await asyncio.wait_for(child.communicate(), _SECONDS)
    assert child.returncode == 0
    found: list[dict[str, Any]] = json.loads(output)["streams"]
    return found
