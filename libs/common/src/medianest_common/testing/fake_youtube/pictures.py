"""Thumbnails, avatars and banners, made by the real ffmpeg."""

import zlib
from functools import lru_cache

from medianest_common.testing.art.canvas import Rows
from medianest_common.testing.fake_youtube.media import run_ffmpeg

_IVF_HEADERS = 32 + 12
"""Of the file and of its only frame."""


_JPEG = ("-c:v", "mjpeg", "-q:v", "3", "-f", "image2pipe", "-")
_VP8 = ("-c:v", "libvpx", "-f", "ivf", "-")


@lru_cache(maxsize=16)
def jpeg(width: int, height: int) -> bytes:
    return run_ffmpeg(*_one_frame(width, height), *_JPEG)


def painted_jpeg(rows: Rows) -> bytes:
    return run_ffmpeg(*_as_given(rows), *_JPEG, given=rows.rgb())


@lru_cache(maxsize=16)
def webp(width: int, height: int) -> bytes:
    """Such a picture is one key frame of VP8 in an envelope, so that an encoder for WebP is not needed."""
    return _in_envelope(run_ffmpeg(*_one_frame(width, height), *_VP8))


def painted_webp(rows: Rows) -> bytes:
    return _in_envelope(run_ffmpeg(*_as_given(rows), *_VP8, given=rows.rgb()))


def _in_envelope(ivf: bytes) -> bytes:
    frame = ivf[_IVF_HEADERS:]
    frame += b"\0" * (len(frame) % 2)
    body = b"WEBP" + b"VP8 " + len(frame).to_bytes(4, "little") + frame
    return b"RIFF" + len(body).to_bytes(4, "little") + body


@lru_cache(maxsize=16)
def png(width: int, height: int) -> bytes:
    """All of one colour; not every ffmpeg writes these."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4) + name + data + zlib.crc32(name + data).to_bytes(4)

    header = width.to_bytes(4) + height.to_bytes(4) + bytes([8, 2, 0, 0, 0])
    pixels = zlib.compress((b"\0" + b"\x20\x60\xa0" * width) * height)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def _one_frame(width: int, height: int) -> list[str]:
    return ["-f", "lavfi", "-i", f"testsrc2=size={width}x{height}:rate=1:duration=1", "-frames:v", "1"]


def _as_given(rows: Rows) -> list[str]:
    size = f"{rows.width}x{rows.height}"
    return ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", size, "-i", "-", "-frames:v", "1"]
