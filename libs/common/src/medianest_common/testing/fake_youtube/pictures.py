"""Thumbnails, avatars and banners, made by the real ffmpeg."""

from functools import lru_cache

from medianest_common.testing.fake_youtube.media import run_ffmpeg

_IVF_HEADERS = 32 + 12
"""Of the file and of its only frame."""


@lru_cache(maxsize=16)
def jpeg(width: int, height: int) -> bytes:
    return run_ffmpeg(*_one_frame(width, height), "-c:v", "mjpeg", "-f", "image2pipe", "-")


@lru_cache(maxsize=16)
def webp(width: int, height: int) -> bytes:
    """Such a picture is one key frame of VP8 in an envelope, so that an encoder for WebP is not needed."""
    frame = run_ffmpeg(*_one_frame(width, height), "-c:v", "libvpx", "-f", "ivf", "-")[_IVF_HEADERS:]
    frame += b"\0" * (len(frame) % 2)
    body = b"WEBP" + b"VP8 " + len(frame).to_bytes(4, "little") + frame
    return b"RIFF" + len(body).to_bytes(4, "little") + body


def _one_frame(width: int, height: int) -> list[str]:
    return ["-f", "lavfi", "-i", f"testsrc2=size={width}x{height}:rate=1:duration=1", "-frames:v", "1"]
