"""Requests for what is in the library move forward, whether the backend answers or not."""

import structlog
from sqlalchemy import or_, select

from medianest_common.contracts.media import MediaType, RequestSource, RequestStatus
from medianest_common.db import Transaction
from medianest_media.app import MediaApp
from medianest_media.holdings import Holding
from medianest_media.models import Request
from medianest_media.moves import move
from medianest_media.repository import read_holding, read_holdings
from medianest_media.states import report
from medianest_media.use_cases.known_titles import forget_details

log = structlog.get_logger()

_ASKED_AT_ONCE = 200
_UNDECIDED = (RequestStatus.PENDING, RequestStatus.FAILED)
_CAN_BE_KNOWN = or_(Request.is_4k.is_(False), Request.media_type == MediaType.MOVIE)
"""The library does not say of shows whether they are there in 4K."""
_IS_NEWS = or_(Request.source != RequestSource.IMPORT, Request.title_known)
"""What was imported is held against the library when its title is looked up, which tells nobody."""


async def fulfil(app: MediaApp, tx: Transaction, media_type: MediaType, tmdb_id: int) -> None:
    """Everybody who waits for this title, in one order, so that two arrivals do not wait for each other in a ring."""
    waiting = (
        select(Request)
        .where(Request.media_type == media_type, Request.tmdb_id == tmdb_id)
        .where(Request.watched, _CAN_BE_KNOWN, _IS_NEWS)
        .order_by(Request.user_id, Request.id)
        .with_for_update()
    )
    requests = (await tx.session.scalars(waiting)).all()
    if not requests:
        return
    holding = await read_holding(tx.session, media_type, tmdb_id)
    for request in requests:
        await _move_on(app, tx, request, holding)


async def fulfil_all(app: MediaApp) -> None:
    """What an arrival did not find: a request made at the same moment, a show whose numbers became known later."""
    statement = (
        select(Request.media_type, Request.tmdb_id)
        .where(Request.watched, _CAN_BE_KNOWN, _IS_NEWS)
        .distinct()
        .order_by(Request.media_type, Request.tmdb_id)
    )
    async with app.db.read() as connection:
        titles = [(MediaType(kind), tmdb_id) for kind, tmdb_id in await connection.execute(statement)]
    for first in range(0, len(titles), _ASKED_AT_ONCE):
        async with app.db.read() as connection:
            holdings = await read_holdings(connection, titles[first : first + _ASKED_AT_ONCE])
        for (media_type, tmdb_id), holding in holdings.items():
            if holding.there:
                async with app.db.transaction() as tx:
                    await fulfil(app, tx, media_type, tmdb_id)


async def _move_on(app: MediaApp, tx: Transaction, request: Request, holding: Holding) -> None:
    """Part of a season may have been there when somebody asked for the rest, so it decides nothing by itself."""
    reached = holding.of_request(request.media_type, request.seasons, is_4k=request.is_4k)
    if reached is None or (reached is RequestStatus.PARTIALLY_AVAILABLE and request.status in _UNDECIDED):
        return
    now = app.clock.now()
    for step in report(request.status, reached):
        log.info("request_moved", request_id=str(request.id), status=step.value, by="library")
        await move(tx, request, step, now=now)
        tx.after_commit(lambda: forget_details(app, request.media_type, request.tmdb_id))
    untold = (
        request.backend_id is None
        or request.backend != app.backend.name
        or not app.backend.sees_library  # who only fetches has nothing left to fetch
    )
    if request.status is RequestStatus.AVAILABLE and untold:
        request.in_line, request.waiting_reason = True, None  # there is nothing left to ask the backend for
