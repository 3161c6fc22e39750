"""What is wrong with the systems that things are fetched and looked up with, in words, one by one."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from medianest_common.errors import MediaNestError
from medianest_media.adapters.backend import Parts
from medianest_media.app import MediaApp

log = structlog.get_logger()

_CHECK_SECONDS = 3.5
_JUDGED_FOR_SECONDS = 15.0


def parts_of(app: MediaApp) -> Parts:
    """The systems that fetch things, and the one where titles are looked up."""
    return {**app.backend.parts(), **app.catalogue.parts()}


async def troubles(app: MediaApp, *, seen_within: float = _JUDGED_FOR_SECONDS) -> dict[str, str]:
    """By the names of the parts; empty when all is well. Asked for by every readiness check, so mostly
    remembered."""
    watch, now = app.watch, app.clock.monotonic()
    if watch.judged_at is not None and now - watch.judged_at < seen_within:
        return watch.troubles
    watch.judged_at = now
    parts = parts_of(app)
    found = await asyncio.gather(*(_trouble(name, check) for name, check in parts.items()))
    seen = {name: words for name, words in zip(parts, found, strict=True) if words is not None}
    for name, words in seen.items():
        if watch.troubles.get(name) != words:
            log.warning("backend_away", part=name, reason=words)
    watch.troubles = seen
    return seen


async def _trouble(name: str, check: Callable[[], Awaitable[None]]) -> str | None:
    try:
        async with asyncio.timeout(_CHECK_SECONDS):
            await check()
    except MediaNestError as error:
        return error.detail or error.title
    except TimeoutError:
        return f"{name.replace('_', ' ').title()} does not answer in time."
    return None
