"""Seasons that came to a request just as the backend decided about the others become a request of their own.

Nothing that somebody asked for is lost, and nothing that nobody has decided about is approved.
"""

from collections.abc import Collection

from sqlalchemy import insert, literal, select, update

from medianest_common.clock import uuid7
from medianest_common.contracts.media import RequestStatus
from medianest_common.contracts.media.changing import RequestEdited
from medianest_common.db import Transaction
from medianest_media.app import MediaApp
from medianest_media.models import Claim, Follower, Request
from medianest_media.moves import move, note_down, owe, told_of


async def ask_apart(app: MediaApp, tx: Transaction, request: Request, seasons: Collection[int]) -> None:
    """The request is locked. What has been approved here stays approved."""
    now, listed = app.clock.now(), ", ".join(str(number) for number in sorted(seasons))
    decider = app.backend.called(request.media_type)
    apart = _copy(request, sorted(seasons))
    apart.created_at = apart.checked_at = now
    owe(tx, apart, now=now)
    tx.session.add(apart)
    await tx.session.execute(
        update(Claim)
        .where(Claim.request_id == request.id, Claim.season.in_(list(seasons)))
        .values(request_id=apart.id)
    )
    reason = f"Added to another request as that was decided in {decider}."
    await move(tx, apart, RequestStatus.PENDING, now=now, reason=reason)
    await tx.session.flush()
    theirs = select(literal(apart.id), Follower.user_id, Follower.followed_at)
    await tx.session.execute(
        insert(Follower).from_select(
            ["request_id", "user_id", "followed_at"], theirs.where(Follower.request_id == request.id)
        )
    )
    if request.status is not RequestStatus.PENDING:
        await move(tx, apart, RequestStatus.APPROVED, now=now, reason="Approved with the others.")
    request.seasons = [number for number in request.seasons if number not in seasons]
    told = f"Season {listed} is asked for apart, since {decider} had decided about the others."
    await note_down(tx, request, now=now, by=None, reason=told)
    tx.emit(RequestEdited(**await told_of(tx, request, by=None, reason=told)))


def _copy(request: Request, seasons: list[int]) -> Request:
    """For the same person, and counted since the same moment."""
    return Request(
        id=uuid7(),
        user_id=request.user_id,
        source=request.source,
        media_type=request.media_type,
        tmdb_id=request.tmdb_id,
        is_4k=request.is_4k,
        seasons=seasons,
        all_seasons=False,
        title=request.title,
        title_words=request.title_words,
        title_known=request.title_known,
        year=request.year,
        poster_path=request.poster_path,
        note=request.note,
        version=0,
        uses_quota=request.uses_quota,
        counted_at=request.counted_at or request.created_at,
        unjudged=request.status is RequestStatus.PENDING,
    )
