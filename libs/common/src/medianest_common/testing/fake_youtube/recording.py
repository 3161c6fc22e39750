"""What was asked of the pretend YouTube."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass
class Request:
    """Grows while it is answered."""

    method: str
    host: str
    path: str
    query: Mapping[str, str]
    range: str | None = None
    """The header, such as `bytes=0-1023`."""
    signed_in: bool = False
    """Whether it came with the cookies of `FakeYoutube.cookies`."""
    video_id: str | None = None
    """Which video it is about, where that can be told."""
    status: int | None = None
    sent: int = 0
    """Bytes of the body so far."""

    @property
    def for_media(self) -> bool:
        return self.host.endswith(".googlevideo.com")
