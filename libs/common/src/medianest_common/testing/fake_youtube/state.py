"""All that is forgotten when the pretend YouTube is reset."""

import secrets
import threading
from dataclasses import dataclass, field

from medianest_common.testing.fake_youtube.catalogue import Catalogue, Video
from medianest_common.testing.fake_youtube.faults import PageFaults
from medianest_common.testing.fake_youtube.recording import Request


@dataclass
class State:
    catalogue: Catalogue = field(default_factory=Catalogue)
    requests: list[Request] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    """Hosts that somebody wanted to reach and that are not YouTube's."""
    page_faults: PageFaults = field(default_factory=PageFaults)
    illustrated: bool = False
    """Pictures show something, for people to look at: slower to make."""
    login: str = field(default_factory=lambda: secrets.token_hex(8))
    over: threading.Event = field(default_factory=threading.Event)
    """Set when this state is reset, so that what hangs lets go."""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def page_fault(self, path: str) -> PageFaults | None:
        """The fault that this request has to suffer. Counts it."""
        faults = self.page_faults
        with self.lock:
            if not path.startswith(faults.path) or not (faults.status or faults.cut or faults.hang):
                return None
            return faults if take_one(faults, "left") else None

    def begin_try(self, video: Video) -> None:
        """Somebody opens the page of this video; whether that fails holds for all that is asked after."""
        with self.lock:
            video.failing = take_one(video, "failures_left")


def take_one(owner: object, name: str) -> bool:
    """Whether it happens once more. Without a number it always does."""
    left: int | None = getattr(owner, name)
    if left is None:
        return True
    if left <= 0:
        return False
    setattr(owner, name, left - 1)
    return True
