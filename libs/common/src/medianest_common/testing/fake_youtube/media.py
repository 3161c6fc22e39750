"""Real media, made by the real ffmpeg: each format once for each length, when it is first wanted."""

import os
import subprocess
import threading
from collections.abc import Mapping
from pathlib import Path

from medianest_common.programs import Program, find
from medianest_common.testing.fake_youtube.formats import AudioCodec, Format, VideoCodec

_SECONDS_TO_MAKE = 120.0
_ENCODERS: Mapping[VideoCodec | AudioCodec, tuple[str, ...]] = {
    "h264": ("libx264", "-preset", "ultrafast"),
    "vp9": ("libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-b:v", "200k"),
    "av1": ("libsvtav1", "-preset", "12", "-svtav1-params", "lp=1"),
    "aac": ("aac", "-b:a", "64k"),
    "opus": ("libopus", "-b:a", "48k"),
}


class FfmpegMissing(Exception):
    pass


class MediaShelf:
    """Keeps what it has made in a folder that may be shared by everybody in a session."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._being_made: dict[Path, threading.Lock] = {}

    def file(self, kind: Format, *, seconds: int) -> Path:
        path = self._folder / f"{kind.itag}-{seconds}s.{kind.extension}"
        with self._lock:
            lock = self._being_made.setdefault(path, threading.Lock())
        with lock:
            if not path.exists():
                _make(path, kind, seconds=seconds)
        return path


def run_ffmpeg(*arguments: str, given: bytes = b"") -> bytes:
    """What it writes to its standard output, if anything. `given` is its input."""
    ffmpeg = find(Program.FFMPEG)
    if ffmpeg is None:
        raise FfmpegMissing("ffmpeg is neither on the PATH nor installed as a wheel (`make venv`)")
    done = subprocess.run(
        [str(ffmpeg), "-hide_banner", "-loglevel", "error", "-y", *arguments],
        check=True,
        input=given,
        capture_output=True,
        timeout=_SECONDS_TO_MAKE,
    )
    return done.stdout


def _make(path: Path, kind: Format, *, seconds: int) -> None:
    inputs: list[str] = []
    outputs: list[str] = []
    if kind.video:
        picture = f"testsrc2=size={kind.width}x{kind.height}:rate={kind.frame_rate}:duration={seconds}"
        inputs += ["-f", "lavfi", "-i", picture]
        outputs += ["-c:v", *_ENCODERS[kind.video], "-g", str(kind.frame_rate), "-pix_fmt", "yuv420p"]
    if kind.audio:
        inputs += ["-f", "lavfi", "-i", f"sine=frequency=440:sample_rate=48000:duration={seconds}"]
        outputs += ["-c:a", *_ENCODERS[kind.audio], "-ac", "2"]
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{os.getpid()}-{path.name}")
    run_ffmpeg(*inputs, *outputs, "-map_metadata", "-1", str(unfinished))
    unfinished.replace(path)
