"""Take over what the backend says of a request. Webhooks and the poll say where to look; the truth is read here."""

from datetime import timedelta
from uuid import UUID

import structlog

from medianest_common.contracts.media import RequestStatus
from medianest_common.db import Transaction
from medianest_media.adapters.backend import BackendRequest
from medianest_media.app import MediaApp
from medianest_media.models import Request
from medianest_media.moves import move
from medianest_media.reports import FETCHED, reported
from medianest_media.repository import Requests, read_holding
from medianest_media.states import report
from medianest_media.use_cases.known_titles import forget_details

log = structlog.get_logger()

_MISSING_FOR = timedelta(seconds=30)
"""Between the first look that does not find a request and the one that is believed."""


async def reconcile(app: MediaApp, request_id: UUID) -> None:
    """Read the backend's view now and move forward by it.

    A request the backend does not know as it stands is left alone: the job that tells it is on its way, and ends here.
    """
    async with app.talking, app.db.transaction() as tx:
        requests = Requests(tx.session)
        request = await requests.get(request_id)
        if request is None:
            return
        await requests.alone_with(request)
        if not request.in_line or not request.watched or request.backend_id is None:
            return
        if request.backend != app.backend.name:
            return
        upstream = await app.backend.request(request.backend_id)
        await requests.lock(request)
        if request.in_line:
            await take_over(app, tx, request, upstream)


async def take_over(
    app: MediaApp, tx: Transaction, request: Request, upstream: BackendRequest | None
) -> None:
    """`upstream` was read while nobody else did so, and the request is locked."""
    now = app.clock.now()
    request.checked_at = now
    if upstream is None:
        await _missing(app, tx, request)
        return
    request.missing_since = None
    holding = await read_holding(tx.session, request.media_type, request.tmdb_id)
    status, reason = reported(upstream, request.seasons, now=now, holding=holding)
    if request.status is status and (reason in FETCHED or request.status_reason in FETCHED):
        request.status_reason = reason  # no step further, and yet it is worth saying
    for step in report(request.status, status):
        log.info("request_moved", request_id=str(request.id), status=step.value, by="backend")
        await move(tx, request, step, now=now, reason=reason if step is status else None)
        tx.after_commit(lambda: forget_details(app, request.media_type, request.tmdb_id))


async def _missing(app: MediaApp, tx: Transaction, request: Request) -> None:
    """Deleted there, which no webhook tells. Believed when it is still so a moment later; what is there stays there."""
    now = app.clock.now()
    if request.missing_since is None:
        request.missing_since = now
        return
    if now - request.missing_since >= _MISSING_FOR:
        for step in report(request.status, RequestStatus.CANCELLED):
            await move(
                tx,
                request,
                step,
                now=now,
                reason=f"It was deleted in {app.backend.called(request.media_type)}.",
            )
