"""Everything the youtube service works with, in one value."""

from dataclasses import dataclass

from medianest_common.bus import Bus
from medianest_common.clock import Clock


@dataclass(frozen=True, slots=True)
class YoutubeApp:
    bus: Bus
    clock: Clock
