"""Every change of a request's state happens here: the row, its history and the event, in one transaction."""

from datetime import datetime
from typing import Any

from medianest_common.contracts.identity import Caller
from medianest_common.contracts.media import RequestStatus, SubmitRequest
from medianest_common.contracts.media.events import REQUEST_EVENTS
from medianest_common.contracts.personal import NOBODY
from medianest_common.db import Transaction
from medianest_media import figures
from medianest_media.models import History, Person, Request
from medianest_media.repository import Claims, Followers
from medianest_media.states import OVER, WAITING


async def move(
    tx: Transaction,
    request: Request,
    to: RequestStatus,
    *,
    now: datetime,
    by: Caller | None = None,
    reason: str | None = None,
    quiet: bool = False,
) -> None:
    """`by` None means that the backend or a rule did it. The request must be locked or new.

    `quiet` is for what has been so all along and was only found out now: nobody is told.
    """
    request.status = to
    request.status_since = now
    request.status_reason = reason
    request.watched = to in WAITING
    request.stuck_since = None
    if to is not RequestStatus.PENDING:
        request.unjudged = False
    await note_down(tx, request, now=now, by=by, reason=reason)
    if to in OVER:
        await Claims(tx.session).release(request)
    figures.moved(tx, request, to, now=now, quiet=quiet)
    if not quiet:
        tx.emit(REQUEST_EVENTS[to](**await told_of(tx, request, by=by, reason=reason)))


async def note_down(
    tx: Transaction, request: Request, *, now: datetime, by: Caller | None, reason: str | None
) -> None:
    """One line of its history, which is a version of it."""
    request.updated_at = now
    request.version += 1
    tx.session.add(
        History(
            request=request,
            version=request.version,
            status=request.status,
            at=now,
            actor_id=by.user_id if by else None,
            actor_name=by.name if by else None,
            reason=reason,
        )
    )


async def told_of(
    tx: Transaction, request: Request, *, by: Caller | None, reason: str | None
) -> dict[str, Any]:
    """What an event tells of a request as it stands, and who else wants to hear it."""
    person = await tx.session.get_one(Person, request.user_id)
    # What is not saved yet nobody can follow.
    followers = await Followers(tx.session).of(request.id) if request not in tx.session.new else []
    return {
        "request_id": request.id,
        # Nobody is told in the name of somebody who has no account here yet.
        "user_id": NOBODY if person.imported else person.id,
        "user_name": person.name,
        "media_type": request.media_type,
        "tmdb_id": request.tmdb_id,
        "title": request.title,
        "year": request.year,
        "is_4k": request.is_4k,
        "seasons": request.seasons,
        "status": request.status,
        "reason": reason,
        "actor_id": by.user_id if by else None,
        "version": request.version,
        "source": request.source,
        "follower_ids": followers,
    }


def belongs_to(request: Request, backend: str) -> None:
    """This backend is told of it from now on. What another one called it means nothing to this one."""
    if request.backend != backend:
        request.backend_id, request.adopted, request.missing_since = None, False, None
    request.backend = backend


def owe(tx: Transaction, request: Request, *, now: datetime) -> None:
    """The backend has to be told; the job does it as soon as the transaction is through, and until it succeeds."""
    request.in_line = False
    request.resumes = 0
    request.attempted_at = now
    tx.enqueue(SubmitRequest(request_id=request.id))
