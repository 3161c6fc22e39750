"""Everything the youtube service works with, in one value."""

from dataclasses import dataclass
from pathlib import Path

from redis.asyncio import Redis

from medianest_common.bus import Bus
from medianest_common.cache import Cache
from medianest_common.clock import Clock
from medianest_common.db import Database
from medianest_common.images import AddressKeys, ImageCache
from medianest_youtube.adapters.feeds import Feeds
from medianest_youtube.adapters.pictures import Pictures
from medianest_youtube.cookies import Cookies
from medianest_youtube.releases import Releases
from medianest_youtube.settings import YoutubeSettings
from medianest_youtube.tools import Tools
from medianest_youtube.worker.runner import Runner
from medianest_youtube.workers import Workers


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
    tools: Tools
    releases: Releases
    """Of yt-dlp."""
    runner: Runner
    feeds: Feeds
    pictures: Pictures
    images: AddressKeys
    """Under which browsers know the pictures that YouTube has."""
    image_cache: ImageCache
    workers: Workers
    cookies: Cookies
