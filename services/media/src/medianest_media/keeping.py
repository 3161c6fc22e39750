"""What a catalogue answered, kept for the time when it does not answer."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime

from pydantic import BaseModel

from medianest_common.errors import BadUpstream, MediaNestError, TimedOut, TooManyRequests, Unavailable
from medianest_media.app import MediaApp
from medianest_media.errors import SearchUnavailable

TROUBLE = (Unavailable, TimedOut, BadUpstream, TooManyRequests)
"""All the ways in which a catalogue fails to answer."""

_PATIENCE_SECONDS = 1.0
_KEPT_SECONDS = 86_400.0


class Kept[T](BaseModel, frozen=True):
    value: T
    since: datetime
    """When the catalogue said so."""
    stale: bool = False
    """The catalogue does not say so now, since it does not answer."""

    @property
    def stale_since(self) -> datetime | None:
        return self.since if self.stale else None


async def told_now[T: BaseModel](
    app: MediaApp, key: str, load: Callable[[], Awaitable[T]], *, model: type[T], fresh: float
) -> Kept[T]:
    """From the cache while it is `fresh`, else from the catalogue, however long it takes."""
    if not app.catalogue.is_there:
        return Kept(value=await load(), since=app.clock.now())

    async def load_and_keep() -> bytes:
        kept = Kept(value=await load(), since=app.clock.now())
        body = kept.model_dump_json().encode()
        await app.cache.put(_last_key(key), body, ttl=_KEPT_SECONDS)
        return body

    return _read(await app.cache.get_or_load(key, load_and_keep, ttl=fresh), model)


async def kept[T: BaseModel](
    app: MediaApp, key: str, load: Callable[[], Awaitable[T]], *, model: type[T], fresh: float
) -> Kept[T]:
    """As `told_now`. A catalogue that fails or takes its time is answered for by what it said last, up to a day ago,
    while the loading goes on. Raises `SearchUnavailable` where nothing is kept.
    """
    loading = asyncio.create_task(told_now(app, key, load, model=model, fresh=fresh))
    try:
        await asyncio.wait({loading}, timeout=_PATIENCE_SECONDS)
        if loading.done() and not isinstance(loading.exception(), TROUBLE):
            return loading.result()
        last = await app.cache.look(_last_key(key))
        if last is not None:
            return _read(last, model).model_copy(update={"stale": True})
        return await loading
    except TROUBLE as error:
        raise unavailable(error) from error
    finally:
        loading.cancel()


def unavailable(error: MediaNestError) -> SearchUnavailable:
    """One answer for all the ways in which the catalogue can fail: the detail says which."""
    if isinstance(error, SearchUnavailable):
        return error
    return SearchUnavailable(error.detail, retry_after=error.retry_after or 5, upstream=error.upstream)


def _last_key(key: str) -> str:
    return f"last:{key}"


def _read[T: BaseModel](body: bytes, model: type[T]) -> Kept[T]:
    return Kept[model].model_validate_json(body)  # type: ignore[valid-type]
