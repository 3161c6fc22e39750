"""What is really in a file, told by ffprobe. A download counts only once its file has been looked at."""

import asyncio
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from medianest_common.contracts.youtube import FailureCode
from medianest_common.errors import MediaNestError
from medianest_youtube.failures import NotToBeHad

_TOLERANCE_SECONDS = 5.0
_TOLERANCE_SHARE = 0.02
_LONGEST_OUTPUT = 1_000_000


class BrokenFile(MediaNestError):
    """The file is not what was promised. `detail` is for logs."""

    transient = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """`duration_seconds` as YouTube told it, `cut_seconds` what was to be taken out; None: not known."""

    video: bool
    audio: bool
    duration_seconds: float | None = None
    cut_seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Probed:
    size: int
    duration_seconds: float
    video_codec: str | None
    audio_codec: str | None
    width: int | None
    height: int | None
    subtitle_languages: tuple[str, ...]
    chapters: tuple[str, ...]
    has_cover: bool
    tags: dict[str, str]


async def probe(path: Path, *, ffprobe: Path | str = "ffprobe", timeout: float = 60) -> Probed:
    """Raises `BrokenFile` where there is nothing that ffprobe could read, `NotToBeHad` where there is no ffprobe."""
    size = await asyncio.to_thread(_size, path)
    if not size:
        raise BrokenFile("There is no file, or it is empty.")
    try:
        process = await asyncio.create_subprocess_exec(
            str(ffprobe),
            *("-v", "error", "-print_format", "json"),
            *("-show_format", "-show_streams", "-show_chapters", "-protocol_whitelist", "file"),
            *("-i", f"file:{path}"),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
    except FileNotFoundError:
        raise NotToBeHad(FailureCode.FFMPEG_MISSING, "ffprobe is not there.") from None
    try:
        async with asyncio.timeout(timeout):
            output, complaint = await process.communicate()
    except TimeoutError:
        raise BrokenFile("ffprobe could not finish with the file.") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode or len(output) > _LONGEST_OUTPUT:
        raise BrokenFile(f"ffprobe refuses the file: {complaint[-300:].decode(errors='replace').strip()}")
    return _read(json.loads(output), size=size)


def check(probed: Probed, expected: Expected) -> None:
    """Raises `BrokenFile`."""
    if expected.video and not probed.video_codec:
        raise BrokenFile("The file has no picture.")
    if expected.audio and not probed.audio_codec:
        raise BrokenFile("The file has no sound.")
    if probed.duration_seconds <= 0:
        raise BrokenFile("The file has no length.")
    if expected.duration_seconds is None:
        return
    # A cut happens at the next key frame, or not at all where SponsorBlock had nothing: between both is right.
    shortest = expected.duration_seconds - expected.cut_seconds
    tolerance = max(_TOLERANCE_SECONDS, expected.duration_seconds * _TOLERANCE_SHARE)
    # A whole short video may be within the tolerance: at least half of it has to be there.
    least = max(shortest - tolerance, shortest / 2)
    if not least <= probed.duration_seconds <= expected.duration_seconds + tolerance:
        raise BrokenFile(
            f"The file lasts {probed.duration_seconds:.1f} s instead of {shortest:.1f} "
            f"to {expected.duration_seconds:.1f} s."
        )


def _read(found: dict[str, Any], *, size: int) -> Probed:
    streams: list[dict[str, Any]] = found.get("streams") or []
    covers = [s for s in streams if (s.get("disposition") or {}).get("attached_pic")]
    pictures = [s for s in streams if s.get("codec_type") == "video" and s not in covers]
    sounds = [s for s in streams if s.get("codec_type") == "audio"]
    texts = [s for s in streams if s.get("codec_type") == "subtitle"]
    about = found.get("format") or {}
    # Opus and Ogg keep tags, and so the cover, in the stream.
    tags = {**(sounds[0].get("tags") or {} if sounds else {}), **(about.get("tags") or {})}
    tags = {str(key).lower(): str(value) for key, value in tags.items()}
    return Probed(
        size=size,
        duration_seconds=_seconds(about.get("duration")),
        video_codec=pictures[0].get("codec_name") if pictures else None,
        audio_codec=sounds[0].get("codec_name") if sounds else None,
        width=pictures[0].get("width") if pictures else None,
        height=pictures[0].get("height") if pictures else None,
        subtitle_languages=tuple(str((s.get("tags") or {}).get("language", "und")) for s in texts),
        chapters=tuple(
            str((chapter.get("tags") or {}).get("title", "")) for chapter in found.get("chapters") or []
        ),
        has_cover=bool(covers) or "metadata_block_picture" in tags,
        tags=tags,
    )


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def _seconds(value: object) -> float:
    try:
        return max(float(str(value)), 0.0)
    except ValueError:
        return 0.0
