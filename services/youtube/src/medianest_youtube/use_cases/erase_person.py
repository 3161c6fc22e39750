"""Somebody has left. What is there stays for the household, as nobody's; what was to come for them alone does not."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, exists, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import aliased
from sqlalchemy.sql.dml import Delete, Update

from medianest_common.contracts.auth.people import UserDeleted
from medianest_common.contracts.identity import Role
from medianest_common.contracts.personal import NOBODY
from medianest_common.contracts.youtube import ForgetEvents, UserDataErased
from medianest_common.contracts.youtube.downloads import BatchStatus
from medianest_common.db import Transaction
from medianest_youtube.app import YoutubeApp
from medianest_youtube.models import Asset, Batch, Download, Person, Tombstone
from medianest_youtube.repository.people import People
from medianest_youtube.repository.reads import unread_of
from medianest_youtube.states import TO_COME
from medianest_youtube.use_cases.end_downloads import end_later
from medianest_youtube.use_cases.unsubscribe import give_up_all

HEARD_WITHIN = timedelta(seconds=2)
_NAME = "Somebody who has left"


async def erase_person(app: YoutubeApp, tx: Transaction, event: UserDeleted) -> None:
    """The person's row stays, with nothing in it, as a mark that nothing may bring back."""
    person, now = event.user_id, app.clock.now()
    # Lists before the person, as their readers lock them.
    for batch in await unread_of(tx.session, person):
        batch.status, batch.lease_until = BatchStatus.CANCELLED, None
        batch.epoch += 1
    await tx.session.flush()
    subscriptions = await give_up_all(tx, person)
    known = select(Person.id).where(Person.id == person, Person.erased_at.is_(None))
    was_there = await tx.session.scalar(known) is not None
    await People(tx.session).erase(person, now=now)
    nobody = upsert(Person).values(id=NOBODY, name=_NAME, role=Role.USER.value, version=0)
    await tx.session.execute(nobody.on_conflict_do_nothing())
    removed = {
        "people": int(was_there),
        "subscriptions": subscriptions,
        "downloads": await _hand_over_downloads(tx, person),
        "batches": await _rows(
            tx, update(Batch).where(Batch.user_id == person).values(user_id=NOBODY, collection=None)
        ),
        "tombstones": await _rows(
            tx, update(Tombstone).where(Tombstone.user_id == person).values(user_id=None)
        ),
    }
    tx.enqueue(ForgetEvents(user_id=person), delay=HEARD_WITHIN)
    tx.emit(UserDataErased(user_id=person, removed={table: n for table, n in removed.items() if n}))


async def _hand_over_downloads(tx: Transaction, person: UUID) -> int:
    to_come = (
        select(Download.id)
        .join(Asset, Asset.id == Download.asset_id)
        .where(Download.user_id == person, Download.ended_at.is_(None), Asset.status.in_(TO_COME))
    )
    end_later(tx, list(await tx.session.scalars(to_come.order_by(Download.id))))
    nobodys = aliased(Download)
    twice = delete(Download).where(
        Download.user_id == person,
        Download.ended_at.is_(None),
        exists().where(
            nobodys.user_id == NOBODY, nobodys.asset_id == Download.asset_id, nobodys.ended_at.is_(None)
        ),
    )
    theirs = update(Download).where(Download.user_id == person).values(user_id=NOBODY, counted_at=None)
    return await _rows(tx, twice) + await _rows(tx, theirs)


async def _rows(tx: Transaction, statement: Update | Delete) -> int:
    result = await tx.session.execute(statement.execution_options(synchronize_session=False))
    return int(result.rowcount)  # type: ignore[attr-defined]
