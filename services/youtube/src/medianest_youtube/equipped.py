"""Which replica has ffmpeg, so that one that lacks it leaves the work to the others rather than stop them all."""

import structlog
from redis.exceptions import RedisError

from medianest_youtube.app import YoutubeApp

log = structlog.get_logger()

_KEY = "youtube:equipped"
_KEPT_SECONDS = 60
"""Longer than from one sweep to the next."""


async def say_equipped(app: YoutubeApp) -> None:
    try:
        await app.valkey.set(_KEY, app.workers.name, ex=_KEPT_SECONDS)
    except (RedisError, OSError, TimeoutError) as error:
        log.debug("equipment_not_told", error=type(error).__name__)


async def another_is_equipped(app: YoutubeApp) -> bool:
    """Where nobody can say, so that nothing is stopped for want of Valkey: yes."""
    try:
        name = await app.valkey.get(_KEY)
    except (RedisError, OSError, TimeoutError):
        return True
    said = name.decode() if isinstance(name, bytes) else name
    return said is not None and said != app.workers.name
