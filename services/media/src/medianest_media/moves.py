"""Every change of a request's state happens here: the row, its history and the event, in one transaction."""

from datetime import datetime

from medianest_common.contracts.identity import Caller
from medianest_common.contracts.media import REQUEST_EVENTS, RequestStatus, SubmitRequest
from medianest_common.db import Transaction
from medianest_media.models import History, Person, Request
from medianest_media.repository import Claims
from medianest_media.states import OVER, WAITING


async def move(
    tx: Transaction,
    request: Request,
    to: RequestStatus,
    *,
    now: datetime,
    by: Caller | None = None,
    reason: str | None = None,
) -> None:
    """`by` None means that the backend reported it. The request must be locked or new."""
    person = await tx.session.get_one(Person, request.user_id)
    request.status = to
    request.status_since = request.updated_at = now
    request.status_reason = reason
    request.version += 1
    request.watched = to in WAITING
    tx.session.add(
        History(
            request=request,
            version=request.version,
            status=to,
            at=now,
            actor_id=by.user_id if by else None,
            actor_name=by.name if by else None,
            reason=reason,
        )
    )
    if to in OVER:
        await Claims(tx.session).release(request)
    tx.emit(
        REQUEST_EVENTS[to](
            request_id=request.id,
            user_id=person.id,
            user_name=person.name,
            media_type=request.media_type,
            tmdb_id=request.tmdb_id,
            title=request.title,
            year=request.year,
            is_4k=request.is_4k,
            seasons=request.seasons,
            status=to,
            reason=reason,
            actor_id=by.user_id if by else None,
            version=request.version,
        )
    )


def owe(tx: Transaction, request: Request, *, now: datetime) -> None:
    """The backend has to be told; the job does it as soon as the transaction is through, and until it succeeds."""
    request.in_line = False
    request.resumes = 0
    request.attempted_at = now
    tx.enqueue(SubmitRequest(request_id=request.id))
