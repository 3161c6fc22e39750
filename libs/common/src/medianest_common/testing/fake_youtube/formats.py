"""The formats that the pretend YouTube has, under the numbers that YouTube gives them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

VideoCodec = Literal["h264", "vp9", "av1"]
AudioCodec = Literal["aac", "opus"]

_VIDEO_TAGS: Mapping[VideoCodec, str] = {"h264": "avc1.4d401f", "vp9": "vp9", "av1": "av01.0.08M.08"}
_AUDIO_TAGS: Mapping[AudioCodec, str] = {"aac": "mp4a.40.2", "opus": "opus"}


@dataclass(frozen=True)
class Format:
    itag: int
    extension: Literal["mp4", "webm", "m4a"]
    video: VideoCodec | None = None
    audio: AudioCodec | None = None
    width: int = 0
    height: int = 0
    frame_rate: int = 5
    """Low, so that making it takes no time; what a label says of it is true."""

    @property
    def content_type(self) -> str:
        kind = "video" if self.video else "audio"
        return f"{kind}/{'mp4' if self.extension == 'm4a' else self.extension}"

    @property
    def mime_type(self) -> str:
        codecs = [_VIDEO_TAGS[self.video]] if self.video else []
        if self.audio:
            codecs.append(_AUDIO_TAGS[self.audio])
        return f'{self.content_type}; codecs="{", ".join(codecs)}"'


def _video(itag: int, codec: VideoCodec, height: int) -> Format:
    width = {360: 640, 480: 854, 720: 1280, 1080: 1920, 2160: 3840}[height]
    frame_rate = 2 if height > 1080 else 5
    return Format(
        itag,
        "webm" if codec == "vp9" else "mp4",
        video=codec,
        width=width,
        height=height,
        frame_rate=frame_rate,
    )


MUXED = 18
"""The only one that has both picture and sound."""
FORMATS: Mapping[int, Format] = {
    each.itag: each
    for each in (
        Format(MUXED, "mp4", video="h264", audio="aac", width=640, height=360),
        _video(134, "h264", 360),
        _video(135, "h264", 480),
        _video(136, "h264", 720),
        _video(137, "h264", 1080),
        _video(243, "vp9", 360),
        _video(247, "vp9", 720),
        _video(248, "vp9", 1080),
        _video(313, "vp9", 2160),
        _video(396, "av1", 360),
        _video(399, "av1", 1080),
        _video(401, "av1", 2160),
        Format(140, "m4a", audio="aac"),
        Format(251, "webm", audio="opus"),
    )
}
STANDARD = (MUXED, 134, 136, 243, 140, 251)
"""Up to 720p."""
EVERY = tuple(FORMATS)
"""Up to 2160p in VP9 and AV1, 1080p in H.264. Takes some seconds to make."""
AUDIO_ONLY = (140, 251)
