"""A picture of a stranger's as a JPEG, which every media server reads."""

import asyncio
from pathlib import Path

_JPEG, _PNG = b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"
_TIMEOUT = 30.0
_MOST_PIXELS = 50_000_000


async def as_jpeg(picture: bytes, *, ffmpeg: Path | None) -> bytes | None:
    """By what it is and not by what it was called. None: it is no picture that can be read here."""
    if picture.startswith(_JPEG):
        return picture
    kind = _demuxer(picture)
    if kind is None or ffmpeg is None:
        return None
    process = await asyncio.create_subprocess_exec(
        str(ffmpeg),
        *("-v", "error", "-nostdin", "-protocol_whitelist", "pipe"),
        *("-max_pixels", str(_MOST_PIXELS), "-f", kind, "-i", "pipe:0"),
        *(
            "-frames:v",
            "1",
            "-q:v",
            "2",
            "-pix_fmt",
            "yuvj420p",
            "-c:v",
            "mjpeg",
            "-f",
            "image2pipe",
            "pipe:1",
        ),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(_TIMEOUT):
            made, _ = await process.communicate(picture)
    except TimeoutError:
        return None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return made if process.returncode == 0 and made.startswith(_JPEG) else None


def _demuxer(picture: bytes) -> str | None:
    if picture.startswith(_PNG):
        return "png_pipe"
    if picture[:4] == b"RIFF" and picture[8:12] == b"WEBP":
        return "webp_pipe"
    return None
