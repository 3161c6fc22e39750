"""Overseerr's list of requests names no titles. They are looked up a few at a time, as the catalogue allows."""

import asyncio

import structlog
from sqlalchemy import select, update

from medianest_common.contracts.media import MediaType, RequestSource
from medianest_common.db import Transaction
from medianest_common.errors import MediaNestError
from medianest_media.adapters.catalogue import TitleDetails
from medianest_media.app import MediaApp
from medianest_media.errors import TitleUnknown
from medianest_media.models import Request
from medianest_media.moves import move
from medianest_media.repository import read_holding
from medianest_media.states import report
from medianest_media.titles import words_of
from medianest_media.use_cases.known_titles import title_details

log = structlog.get_logger()

_TITLES = 40
_AT_ONCE = 4

type Title = tuple[MediaType, int]


async def name_imported(app: MediaApp) -> None:
    """Each round those that were tried longest ago; the first that gets no answer ends it."""
    titles = await _untitled(app)
    for first in range(0, len(titles), _AT_ONCE):
        some = titles[first : first + _AT_ONCE]
        if not all(await asyncio.gather(*(_name(app, *title) for title in some))):
            return


async def _untitled(app: MediaApp) -> list[Title]:
    statement = (
        select(Request.media_type, Request.tmdb_id)
        .where(Request.source == RequestSource.IMPORT, Request.title_known.is_(False))
        .order_by(Request.attempted_at)
        .limit(_TITLES)
    )
    async with app.db.read() as connection:
        rows = await connection.execute(statement)
    return list(dict.fromkeys((MediaType(kind), tmdb_id) for kind, tmdb_id in rows))


async def _name(app: MediaApp, media_type: MediaType, tmdb_id: int) -> bool:
    details: TitleDetails | None = None
    try:
        details = await title_details(app, media_type, tmdb_id)
    except TitleUnknown:
        pass  # it keeps the name it has, and is not asked for again
    except MediaNestError as error:
        log.info("imported_title_not_named", reason=error.code)
        await _try_later(app, media_type, tmdb_id)
        return False
    async with app.db.transaction() as tx:
        await _keep(app, tx, media_type, tmdb_id, details)
    return True


async def _keep(
    app: MediaApp, tx: Transaction, media_type: MediaType, tmdb_id: int, details: TitleDetails | None
) -> None:
    """Only now the library can be held against it. What has been there all along is no news, so nobody is told."""
    statement = (
        select(Request)
        .where(Request.media_type == media_type, Request.tmdb_id == tmdb_id)
        .where(Request.source == RequestSource.IMPORT, Request.title_known.is_(False))
        .order_by(Request.user_id, Request.id)
        .with_for_update()
    )
    holding = await read_holding(tx.session, media_type, tmdb_id)
    for request in (await tx.session.scalars(statement)).all():
        request.title_known = True
        if details is not None:
            request.title, request.title_words = details.title, words_of(details.title)
            request.year, request.poster_path = details.year, details.poster_path
        reached = None if request.is_4k else holding.of_request(media_type, request.seasons)
        for step in report(request.status, reached) if reached else ():
            await move(tx, request, step, now=app.clock.now(), quiet=True)


async def _try_later(app: MediaApp, media_type: MediaType, tmdb_id: int) -> None:
    async with app.db.transaction() as tx:
        await tx.session.execute(
            update(Request)
            .where(Request.media_type == media_type, Request.tmdb_id == tmdb_id)
            .where(Request.source == RequestSource.IMPORT, Request.title_known.is_(False))
            .values(attempted_at=app.clock.now())
        )
