"""Everything the youtube service works with, in one value."""

from dataclasses import dataclass
from pathlib import Path

from redis.asyncio import Redis

from medianest_common.bus import Bus
from medianest_common.cache import Cache
from medianest_common.clock import Clock
from medianest_common.db import Database
from medianest_youtube.settings import YoutubeSettings


@dataclass(frozen=True, slots=True)
class YoutubeApp:
    settings: YoutubeSettings
    db: Database
    bus: Bus
    cache: Cache
    valkey: Redis
    clock: Clock
    folder: Path
    """Where videos lie, and below it, hidden, what is still being made."""
