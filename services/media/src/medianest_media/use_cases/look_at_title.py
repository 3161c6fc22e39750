"""Radarr or Sonarr has done something with a title: whatever is asked for of it is looked at now, and not at the next
poll. What it has done is believed in one thing only: that a download has begun."""

from collections.abc import Sequence
from contextlib import suppress
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, func, or_, select

from medianest_common.contracts.media import MediaType, RequestStatus
from medianest_common.contracts.media.looking import LookAtTitle
from medianest_common.errors import MediaNestError
from medianest_media.app import MediaApp
from medianest_media.errors import BeingSent
from medianest_media.models import Order, Request, SeenTitle
from medianest_media.moves import move
from medianest_media.repository import Requests
from medianest_media.use_cases.known_titles import forget_details, title_details
from medianest_media.use_cases.reconcile import reconcile

log = structlog.get_logger()

_MOST_REQUESTS = 20


async def look_at_title(app: MediaApp, job: LookAtTitle) -> None:
    tmdb_id = job.tmdb_id or await _number_of(app, job)
    if tmdb_id is not None:
        await forget_details(app, job.media_type, tmdb_id)
        if job.is_gone and await _was_asked_for(app, job.media_type, tmdb_id):
            # What has left is believed once that was said some times; this is one of them.
            with suppress(MediaNestError):
                await title_details(app, job.media_type, tmdb_id)
    waiting = await _waiting(app, job, tmdb_id)
    log.info("title_hinted", requests=len(waiting), grabbed=job.is_grabbed)
    for request in waiting:
        if request.checked_at < job.at:
            await _look(app, request.id)
        if job.is_grabbed and request in _meant(waiting, job):
            await _has_begun(app, request.id)


async def _was_asked_for(app: MediaApp, media_type: MediaType, tmdb_id: int) -> bool:
    asked = select(Request.id).where(Request.tmdb_id == tmdb_id, Request.media_type == media_type)
    async with app.db.read() as connection:
        return bool((await connection.execute(select(asked.exists()))).scalar_one())


async def _number_of(app: MediaApp, job: LookAtTitle) -> int | None:
    """By what other catalogues call it."""
    seen = [
        column == value
        for column, value in ((SeenTitle.tvdb_id, job.tvdb_id), (SeenTitle.imdb_id, job.imdb_id))
        if value is not None
    ]
    statements = []
    if seen:
        statements.append(select(SeenTitle.tmdb_id).where(SeenTitle.media_type == job.media_type, or_(*seen)))
    if job.tvdb_id is not None:
        ordered = (Order.media_type == job.media_type, Order.tvdb_id == job.tvdb_id)
        statements.append(select(Order.tmdb_id).where(*ordered))
    async with app.db.read() as connection:
        for statement in statements:
            if found := (await connection.execute(statement.limit(1))).scalar_one_or_none():
                return int(found)
    return None


async def _waiting(app: MediaApp, job: LookAtTitle, tmdb_id: int | None) -> Sequence[Request]:
    """By its name where nobody knows its number: a look at another of the same name does no harm."""
    if tmdb_id is not None:
        is_it: list[ColumnElement[bool]] = [Request.tmdb_id == tmdb_id]
    elif job.title is not None:
        is_it = [func.lower(Request.title) == job.title.lower()]
        if job.year is not None:
            is_it.append(or_(Request.year == job.year, Request.year.is_(None)))
    else:
        return []
    statement = (
        select(Request)
        .where(Request.watched, Request.media_type == job.media_type, *is_it)
        .order_by(Request.id.desc())
        .limit(_MOST_REQUESTS)
    )
    async with app.db.transaction() as tx:
        return (await tx.session.scalars(statement)).all()


async def _look(app: MediaApp, request_id: UUID) -> None:
    try:
        await reconcile(app, request_id)
    except BeingSent:
        raise  # In a moment.
    except MediaNestError as error:
        # The poll will see it.
        log.info("request_not_looked_at", request_id=str(request_id), reason=error.detail or error.code)


def _meant(waiting: Sequence[Request], job: LookAtTitle) -> Sequence[Request]:
    """Those that are fetched with it. What it says of its quality counts only where both are asked for."""
    if job.media_type is MediaType.TV and job.seasons:
        waiting = [each for each in waiting if each.all_seasons or set(each.seasons) & set(job.seasons)]
    in_quality = [each for each in waiting if each.is_4k is job.is_4k]
    return in_quality or waiting


async def _has_begun(app: MediaApp, request_id: UUID) -> None:
    """Whoever was told of the request fetches it, so it need not say so itself."""
    async with app.db.transaction() as tx:
        requests = Requests(tx.session)
        request = await requests.get(request_id)
        if request is None:
            return
        await requests.lock(request)
        if request.status is RequestStatus.APPROVED and request.in_line:
            log.info("request_moved", request_id=str(request.id), status="processing", by="webhook")
            await move(tx, request, RequestStatus.PROCESSING, now=app.clock.now())
            tx.after_commit(lambda: forget_details(app, request.media_type, request.tmdb_id))
