"""Titles as the backend knows them, kept for a moment, and remembered by name for when it does not answer."""

from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from datetime import datetime
from typing import Any

from medianest_common.contracts.media import MediaType
from medianest_media.adapters.catalogue import FoundPage, FoundTitle, TitleDetails
from medianest_media.app import MediaApp
from medianest_media.downloaded import without_downloaded
from medianest_media.errors import TitleUnknown
from medianest_media.keeping import TROUBLE, Kept, kept, told_now
from medianest_media.repository import read_ours, read_twins, remember_title, remember_titles
from medianest_media.use_cases.absences import note_absences, still_there

_DETAILS_SECONDS = 10.0


async def title_details(app: MediaApp, media_type: MediaType, tmdb_id: int) -> TitleDetails:
    """What of it is there, and what was asked for past us. What was asked for here our own claims know better, and what
    is in the library our own knowledge of it."""
    told = await told_now(
        app,
        _key(media_type, tmdb_id),
        lambda: _load(app, media_type, tmdb_id),
        model=TitleDetails,
        fresh=_DETAILS_SECONDS,
    )
    return await _with_ours(app, told.value)


async def shown_details(app: MediaApp, media_type: MediaType, tmdb_id: int) -> Kept[TitleDetails]:
    """The same for somebody who only looks, so that it may be of yesterday while the catalogue does not answer."""
    told = await kept(
        app,
        _key(media_type, tmdb_id),
        lambda: _load(app, media_type, tmdb_id),
        model=TitleDetails,
        fresh=_DETAILS_SECONDS,
    )
    return told.model_copy(update={"value": await _with_ours(app, told.value)})


async def _load(app: MediaApp, media_type: MediaType, tmdb_id: int) -> TitleDetails:
    """Without a backend that answers, nothing is known to be there or on its way."""
    details = await app.catalogue.details(media_type, tmdb_id)
    fulfilled = await remember_title(app.db, _as_seen(details, at=app.clock.now()))
    told, unsure = app.catalogue.tells_standing, frozenset[bool]()
    if not told:
        with suppress(*TROUBLE, TitleUnknown):
            standing = await app.backend.standing(media_type, tmdb_id)
            details, told, unsure = details.with_standing(standing), True, standing.unsure
    if told:
        await note_absences(app, details, fulfilled, unsure=unsure)
    return details


async def _with_ours(app: MediaApp, details: TitleDetails) -> TitleDetails:
    media_type, tmdb_id = details.media_type, details.tmdb_id
    async with app.db.read() as connection:
        ours = await read_ours(connection, media_type, tmdb_id)
        twins = (
            await read_twins(connection, media_type, tmdb_id, backend=app.backend.name)
            if details.requests
            else set()
        )
        if not app.catalogue.tells_standing and not app.backend.sees_library:
            details = without_downloaded(details, ours.holding, fulfilled=ours.fulfilled)
        details = await still_there(connection, details, ours, looks=app.settings.media_absence_looks)
    past_us = [request for request in details.requests if request.is_live and request.id not in twins]
    return ours.holding.details(details).asked_for_in(past_us)


async def forget_details(app: MediaApp, media_type: MediaType, tmdb_id: int) -> None:
    """Something about the title has changed."""
    await app.cache.invalidate(_key(media_type, tmdb_id))


async def found_page(
    app: MediaApp, key: str, load_page: Callable[[], Awaitable[FoundPage]], *, fresh: float
) -> Kept[FoundPage]:
    async def load() -> FoundPage:
        page = await load_page()
        await remember(app, page.titles)
        return page

    return await kept(app, key, load, model=FoundPage, fresh=fresh)


async def remember(app: MediaApp, titles: Iterable[FoundTitle]) -> None:
    now = app.clock.now()
    await remember_titles(app.db, [_as_seen(title, at=now) for title in titles])


def _as_seen(title: FoundTitle | TitleDetails, *, at: datetime) -> dict[str, Any]:
    return {
        "tmdb_id": title.tmdb_id,
        "media_type": title.media_type,
        "title": title.title,
        "year": title.year,
        "poster_path": title.poster_path,
        "seen_at": at,
        **_told_by_its_page(title),
    }


def _told_by_its_page(title: FoundTitle | TitleDetails) -> dict[str, Any]:
    if isinstance(title, FoundTitle):
        return dict.fromkeys(("seasons", "episodes", "tvdb_id", "imdb_id"))
    return {
        "seasons": title.regular_seasons,
        "episodes": {str(season.number): season.episode_count for season in title.seasons},
        "tvdb_id": title.tvdb_id,
        "imdb_id": title.imdb_id,
    }


def _key(media_type: MediaType, tmdb_id: int) -> str:
    return f"title:{media_type}:{tmdb_id}"
