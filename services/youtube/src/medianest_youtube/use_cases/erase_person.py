"""Somebody has left. What is there stays for the household, as nobody's; what was to come for them alone does not."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, select, union, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.sql.dml import Delete, Update

from medianest_common.contracts.auth.people import UserDeleted
from medianest_common.contracts.identity import Role
from medianest_common.contracts.personal import NOBODY
from medianest_common.contracts.youtube import ForgetEvents, UserDataErased
from medianest_common.db import Transaction
from medianest_youtube.app import YoutubeApp
from medianest_youtube.models import Batch, Download, Person, Subscription, Tombstone
from medianest_youtube.plex_collections import give_up_collection
from medianest_youtube.repository.people import People
from medianest_youtube.use_cases.end_downloads import end_later
from medianest_youtube.use_cases.unsubscribe import give_up_all

HEARD_WITHIN = timedelta(seconds=2)
_NAME = "Somebody who has left"


async def erase_person(app: YoutubeApp, tx: Transaction, event: UserDeleted) -> None:
    """The person's row stays, with nothing in it, as a mark that nothing may bring back."""
    person, now = event.user_id, app.clock.now()
    # Lists before the person, and both before what they have led to, as everybody else locks them.
    for lists in (Batch, Subscription):
        theirs = select(lists.id).where(lists.user_id == person).order_by(lists.id)
        await tx.session.execute(theirs.with_for_update(key_share=True))
    await _give_up_collections(tx, person)
    known = select(Person.id).where(Person.id == person, Person.erased_at.is_(None))
    was_there = await tx.session.scalar(known) is not None
    await People(tx.session).erase(person, now=now)
    await _demand_nobody(tx)
    removed = {
        "people": int(was_there),
        "subscriptions": await give_up_all(tx, person),
        "downloads": await _hand_over_downloads(tx, person),
        "batches": await _rows(tx, delete(Batch).where(Batch.user_id == person)),
        "tombstones": await _rows(
            tx, update(Tombstone).where(Tombstone.user_id == person).values(user_id=None)
        ),
    }
    tx.enqueue(ForgetEvents(user_id=person), delay=HEARD_WITHIN)
    tx.emit(UserDataErased(user_id=person, removed={table: n for table, n in removed.items() if n}))


async def _give_up_collections(tx: Transaction, person: UUID) -> None:
    """They carry names that this person has chosen. What somebody else asks for under the same one stays."""
    named = [
        select(lists.list_id, lists.collection).where(
            lists.user_id == person, lists.list_id.is_not(None), lists.collection.is_not(None)
        )
        for lists in (Batch, Subscription)
    ]
    for list_id, collection in (await tx.session.execute(union(*named))).all():
        await give_up_collection(tx, user_id=person, list_id=list_id, collection=collection)


async def _demand_nobody(tx: Transaction) -> None:
    """Locked, so that of two who leave at once one comes after the other."""
    nobody = upsert(Person).values(id=NOBODY, name=_NAME, role=Role.USER.value, version=0)
    await tx.session.execute(nobody.on_conflict_do_update(index_elements=["id"], set_={"name": _NAME}))


async def _hand_over_downloads(tx: Transaction, person: UUID) -> int:
    """What is over goes. What is not is nobody's from now on, and then ends, each for itself, but for what is there."""
    over = delete(Download).where(Download.user_id == person, Download.ended_at.is_not(None))
    living = (Download.user_id == person) & Download.ended_at.is_(None)
    same = select(Download.asset_id).where(living).scalar_subquery()
    twice = delete(Download).where(
        Download.user_id == NOBODY, Download.ended_at.is_(None), Download.asset_id.in_(same)
    )
    handed_over = (
        update(Download).where(living).values(user_id=NOBODY, counted_at=None).returning(Download.id)
    )
    gone = await _rows(tx, over)
    await _rows(tx, twice)
    nobodys = sorted((await tx.session.execute(handed_over)).scalars())
    end_later(tx, nobodys)
    return gone + len(nobodys)


async def _rows(tx: Transaction, statement: Update | Delete) -> int:
    result = await tx.session.execute(statement.execution_options(synchronize_session=False))
    return int(result.rowcount)  # type: ignore[attr-defined]
