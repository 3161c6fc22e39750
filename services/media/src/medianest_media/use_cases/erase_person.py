"""Somebody has left. What they asked for stays, as nobody's, so that the counts stay right and films still arrive."""

from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.sql.dml import Delete, Update

from medianest_common.contracts.auth.people import UserDeleted
from medianest_common.contracts.media import ForgetEvents, RequestStatus, UserDataErased
from medianest_common.contracts.media.issues import EraseIssueWords
from medianest_common.contracts.personal import NOBODY
from medianest_common.db import Transaction
from medianest_media.app import MediaApp
from medianest_media.imported import left_as
from medianest_media.models import (
    ApprovalRule,
    Follower,
    History,
    Issue,
    IssueComment,
    OwnQuota,
    Request,
    Watchlist,
)
from medianest_media.moves import move, owe
from medianest_media.repository import People
from medianest_media.repository.importing import ImportFindings
from medianest_media.repository.watching import Watchlists
from medianest_media.use_cases.take_over_imported import hand_over_counts

HEARD_WITHIN = timedelta(seconds=2)
GONE = "Whoever asked for it has left."


async def erase_person(app: MediaApp, tx: Transaction, event: UserDeleted) -> None:
    person = event.user_id
    removed = await erase_all_of(app, tx, person)
    tx.enqueue(ForgetEvents(user_id=person), delay=HEARD_WITHIN)
    tx.emit(UserDataErased(user_id=person, removed={table: n for table, n in removed.items() if n}))


async def erase_all_of(app: MediaApp, tx: Transaction, person: UUID) -> dict[str, int]:
    """The person's row stays, with nothing in it, as a mark that nothing may bring back. Returns what was removed."""
    now = app.clock.now()
    before = await People(tx.session).erase(person, now=now, left_as=partial(left_as, app.left_key))
    undecided = await _undecided(tx, person)
    written_in = await _written_in(tx, person)
    theirs = update(Request).where(Request.user_id == person).values(user_id=NOBODY, note=None)
    acts = update(History).where(History.actor_id == person).values(actor_id=None, actor_name=None)
    # Their words go; the empty rows stay, so that what Overseerr still has of them is not taken for news.
    reports = update(Issue).where(Issue.user_id == person).values(user_id=NOBODY, message="")
    words = update(IssueComment).where(IssueComment.user_id == person).values(user_id=NOBODY, message="")
    removed = {
        "people": int(before is not None),
        "requests": await _rows(tx, theirs),
        "request_history": await _rows(tx, acts),
        "issues": await _rows(tx, reports),
        "issue_comments": await _rows(tx, words),
    }
    if before is not None and before.plex_id is not None:
        await ImportFindings(tx.session).forget_person(before.plex_id)
    removed["watchlists"] = await Watchlists(tx.session).delete(Watchlist.user_id == person)
    for of_theirs in (Follower, OwnQuota, ApprovalRule):
        gone = delete(of_theirs).where(of_theirs.user_id == person)
        removed[of_theirs.__tablename__] = await _rows(tx, gone)
    await hand_over_counts(tx, person, to=NOBODY)
    for request in undecided:
        # Nobody waits for it any more.
        await tx.session.refresh(request)
        await move(tx, request, RequestStatus.CANCELLED, now=now, reason=GONE)
        owe(tx, request, now=now)
    for issue_id in written_in:
        tx.enqueue(EraseIssueWords(issue_id=issue_id))
    return removed


async def _undecided(tx: Transaction, person: UUID) -> Sequence[Request]:
    statement = (
        select(Request)
        .where(Request.user_id == person, Request.status == RequestStatus.PENDING)
        .order_by(Request.id)
        .with_for_update()
    )
    return (await tx.session.execute(statement)).scalars().all()


async def _written_in(tx: Transaction, person: UUID) -> Sequence[UUID]:
    """Issues that have something of theirs in them."""
    reported = select(Issue.id).where(Issue.user_id == person)
    answered = select(IssueComment.issue_id).where(IssueComment.user_id == person)
    return (await tx.session.execute(reported.union(answered))).scalars().all()


async def _rows(tx: Transaction, statement: Update | Delete) -> int:
    result = await tx.session.execute(statement.execution_options(synchronize_session=False))
    return int(result.rowcount)  # type: ignore[attr-defined]
