"""Somebody has left. What they asked for stays, as nobody's, so that the counts stay right and films still arrive."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select, text, update
from sqlalchemy.sql.dml import Update

from medianest_common.contracts.auth.people import UserDeleted
from medianest_common.contracts.media import ForgetEvents, RequestStatus, UserDataErased
from medianest_common.contracts.personal import NOBODY
from medianest_common.db import Transaction
from medianest_media.app import MediaApp
from medianest_media.models import History, Request
from medianest_media.moves import move, owe
from medianest_media.repository import People

HEARD_WITHIN = timedelta(seconds=2)
GONE = "Whoever asked for it has left."

_HAND_OVER_COUNTS = text("""
    with theirs as (delete from request_counts where user_id = :person returning media_type, status, n)
    insert into request_counts as c (user_id, media_type, status, n)
    select cast(:nobody as uuid), media_type, status, n from theirs where n <> 0 order by media_type, status
    on conflict (user_id, media_type, status) do update set n = c.n + excluded.n
""")


async def erase_person(app: MediaApp, tx: Transaction, event: UserDeleted) -> None:
    """The person's row stays, with nothing in it, as a mark that nothing may bring back."""
    person, now = event.user_id, app.clock.now()
    was_there = await People(tx.session).erase(person, now=now)
    undecided = await _undecided(tx, person)
    theirs = update(Request).where(Request.user_id == person).values(user_id=NOBODY, note=None)
    acts = update(History).where(History.actor_id == person).values(actor_id=None, actor_name=None)
    removed = {
        "people": int(was_there),
        "requests": await _rows(tx, theirs),
        "request_history": await _rows(tx, acts),
    }
    await tx.session.execute(_HAND_OVER_COUNTS, {"person": person, "nobody": NOBODY})
    for request in undecided:
        # Nobody waits for it any more.
        await tx.session.refresh(request)
        await move(tx, request, RequestStatus.CANCELLED, now=now, reason=GONE)
        owe(tx, request, now=now)
    tx.enqueue(ForgetEvents(user_id=person), delay=HEARD_WITHIN)
    tx.emit(UserDataErased(user_id=person, removed={table: n for table, n in removed.items() if n}))


async def _undecided(tx: Transaction, person: UUID) -> Sequence[Request]:
    statement = (
        select(Request)
        .where(Request.user_id == person, Request.status == RequestStatus.PENDING)
        .order_by(Request.id)
        .with_for_update()
    )
    return (await tx.session.execute(statement)).scalars().all()


async def _rows(tx: Transaction, statement: Update) -> int:
    result = await tx.session.execute(statement.execution_options(synchronize_session=False))
    return int(result.rowcount)  # type: ignore[attr-defined]
