"""Titles as the backend knows them, kept for a moment, and remembered by name for when it does not answer."""

from collections.abc import Awaitable, Callable, Iterable

from medianest_common.contracts.media import MediaType
from medianest_media.adapters.backend import FoundPage, FoundTitle, TitleDetails
from medianest_media.app import MediaApp
from medianest_media.repository import SeenTitles, read_twins

_DETAILS_SECONDS = 10.0


async def title_details(app: MediaApp, media_type: MediaType, tmdb_id: int) -> TitleDetails:
    """What of it is there, and what was asked for past us. What was asked for here our own claims know better."""

    async def load() -> bytes:
        details = await app.backend.details(media_type, tmdb_id)
        await remember(app, [details])
        return details.model_dump_json().encode()

    body = await app.cache.get_or_load(_key(media_type, tmdb_id), load, ttl=_DETAILS_SECONDS)
    details = TitleDetails.model_validate_json(body)
    if not details.requests:
        return details.asked_for_in([])
    async with app.db.read() as connection:
        twins = await read_twins(connection, media_type, tmdb_id)
    return details.asked_for_in([r for r in details.requests if r.is_live and r.id not in twins])


async def forget_details(app: MediaApp, media_type: MediaType, tmdb_id: int) -> None:
    """Something about the title has changed."""
    await app.cache.invalidate(_key(media_type, tmdb_id))


async def found_page(
    app: MediaApp, key: str, load_page: Callable[[], Awaitable[FoundPage]], *, ttl: float, stale: float
) -> FoundPage:
    async def load() -> bytes:
        page = await load_page()
        await remember(app, page.titles)
        return page.model_dump_json().encode()

    return FoundPage.model_validate_json(await app.cache.get_or_load(key, load, ttl=ttl, stale=stale))


async def remember(app: MediaApp, titles: Iterable[FoundTitle | TitleDetails]) -> None:
    now = app.clock.now()
    rows = [
        {
            "tmdb_id": title.tmdb_id,
            "media_type": title.media_type,
            "title": title.title,
            "year": title.year,
            "poster_path": title.poster_path,
            "seasons": title.regular_seasons if isinstance(title, TitleDetails) else None,
            "seen_at": now,
        }
        for title in titles
    ]
    async with app.db.transaction() as tx:
        await SeenTitles(tx.session).remember(rows)


def _key(media_type: MediaType, tmdb_id: int) -> str:
    return f"title:{media_type}:{tmdb_id}"
