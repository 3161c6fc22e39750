"""What runs by the clock: whatever webhooks and queues do, two looks at the backend set things right."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from uuid import UUID

import structlog
from sqlalchemy import select

from medianest_common.contracts.media import SubmitRequest
from medianest_common.errors import MediaNestError
from medianest_media.app import MediaApp
from medianest_media.errors import BeingSent
from medianest_media.models import Request
from medianest_media.repository import LibraryItems, Requests
from medianest_media.troubles import troubles
from medianest_media.use_cases.absences import doubtful_titles
from medianest_media.use_cases.fulfil import fulfil_all
from medianest_media.use_cases.hand_over import hand_over
from medianest_media.use_cases.known_titles import forget_details, title_details
from medianest_media.use_cases.reconcile import reconcile
from medianest_media.use_cases.stuck_requests import alert_stuck

log = structlog.get_logger()

TICK_SECONDS = 1.0
FORGET_SECONDS = 3600.0
_BACKEND_NOTICES_WITHIN = timedelta(days=30)
_ROUND_SECONDS = 45.0
_AT_ONCE = 4
_MOST_LOOKS = 1_000
_MOST_OWED = 500
_MOST_DOUBTFUL = 50
_NOBODY_TRIED_FOR = timedelta(seconds=90)
"""Longer than the queue waits between two attempts, so that only what the queue has lost is put into it again."""


async def poll(app: MediaApp) -> None:
    """Every `media_poll_seconds`: look, and put lost work back into the queue."""
    watch, now = app.watch, app.clock.monotonic()
    if watch.polled_at is not None and now - watch.polled_at < app.settings.media_poll_seconds:
        return
    watch.polled_at = now
    await fulfil_all(app)
    await alert_stuck(app)
    await hand_over(app)
    away = set(await troubles(app, seen_within=0))
    came_back, watch.away = watch.away - away, away
    await resume_owed(app, untried_for=timedelta() if came_back else _NOBODY_TRIED_FOR)
    fetching = set(app.backend.parts())
    if fetching and fetching <= away:
        return
    try:
        async with asyncio.timeout(_ROUND_SECONDS):
            await look_at_modified(app)
            await look_at_watched(app)
            await look_at_doubtful(app)
    except TimeoutError:
        log.warning("poll_cut_short", seconds=_ROUND_SECONDS)


async def forget_gone(app: MediaApp) -> None:
    """What left the library so long ago that the backend has noticed too."""
    async with app.db.transaction() as tx:
        await LibraryItems(tx.session).forget_gone(before=app.clock.now() - _BACKEND_NOTICES_WITHIN)


async def resume_owed(app: MediaApp, *, untried_for: timedelta) -> None:
    """Requests the backend does not know as they stand, and whose job nobody has tried lately."""
    now = app.clock.now()
    async with app.db.transaction() as tx:
        requests = Requests(tx.session)
        owed = await requests.owed(now=now, untried_for=untried_for, limit=_MOST_OWED)
        if not owed:
            return
        for request_id in owed:
            tx.enqueue(SubmitRequest(request_id=request_id))
        await requests.resumed(owed, at=now)
    log.info("submissions_resumed", requests=len(owed))


async def look_at_modified(app: MediaApp) -> None:
    """What the backend says has changed since the last round. Its list may be slow; then the next look finds it."""
    try:
        rows = await app.backend.modified_since(app.watch.modified)
    except MediaNestError as error:
        log.info("modified_not_listed", reason=error.detail or error.code)
        return
    if not rows:
        return
    ids = [backend_id for backend_id, _ in rows]
    statement = select(Request.id).where(
        Request.backend_id.in_(ids), Request.backend == app.backend.name, Request.watched
    )
    async with app.db.read() as connection:
        ours = list((await connection.execute(statement)).scalars())
    await _look_at(app, ours)
    app.watch.modified = max(moment for _, moment in rows)


async def look_at_doubtful(app: MediaApp) -> None:
    """What is said to have left, until it has been said often enough to be believed."""
    for media_type, tmdb_id in await doubtful_titles(app, limit=_MOST_DOUBTFUL):
        await forget_details(app, media_type, tmdb_id)
        with suppress(MediaNestError):
            await title_details(app, media_type, tmdb_id)


async def look_at_watched(app: MediaApp) -> None:
    """Every request that may still have news, the longest unseen first.

    A title that arrives or a request that is deleted need not show in the list of changes.
    """
    before = app.clock.now() - timedelta(seconds=app.settings.media_poll_seconds / 2)
    statement = (
        select(Request.id)
        .where(Request.watched, Request.in_line, Request.backend == app.backend.name)
        .where(Request.backend_id.is_not(None), Request.checked_at < before)
        .order_by(Request.checked_at)
        .limit(_MOST_LOOKS)
    )
    async with app.db.read() as connection:
        due = list((await connection.execute(statement)).scalars())
    await _look_at(app, due)


async def _look_at(app: MediaApp, request_ids: Sequence[UUID]) -> None:
    places = asyncio.Semaphore(_AT_ONCE)

    async def look(request_id: UUID) -> None:
        async with places:
            try:
                await reconcile(app, request_id)
            except BeingSent:
                return
            except MediaNestError as error:
                log.info(
                    "request_not_looked_at", request_id=str(request_id), reason=error.detail or error.code
                )

    async with asyncio.TaskGroup() as group:
        for request_id in request_ids:
            group.create_task(look(request_id))
